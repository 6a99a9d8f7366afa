"""How far decoded samples are from real images."""


rule fetch_inception:
    input:
        code=sources("bench/fetch_inception.py"),
    output:
        "<results>/data/inception.pth",
    log:
        "<logs>/fetch_inception.log",
    benchmark:
        "<benchmarks>/fetch_inception.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    params:
        data_root=data_root,
    shell:
        "python -m bench.fetch_inception --data-root {params.data_root:q} --out {output} > {log} 2>&1"


rule fid_extractor:
    input:
        data=DATA,
        code=sources("bench/fid_extractor.py"),
    output:
        "<data>/fid_extractor.safetensors",
    log:
        "<logs>/fid_extractor/{dataset}.log",
    benchmark:
        "<benchmarks>/fid_extractor/{dataset}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        gpu=GPU,
    params:
        data=data_folder,
        settings=section("fid"),
        device=CONFIG["device"],
    shell:
        "python -m bench.fid_extractor --data {params.data} --settings {params.settings:q}"
        " --device {params.device} --out {output} > {log} 2>&1"


rule fid_reference:
    input:
        data=DATA,
        extractor=fid_extractor,
        code=sources("bench/fid_reference.py"),
    output:
        features="<data>/fid_reference.safetensors",
        metrics="<data>/fid_reference.csv",
    log:
        "<logs>/fid_reference/{dataset}.log",
    benchmark:
        "<benchmarks>/fid_reference/{dataset}.tsv"
    conda:
        "../../environment.yml"
    threads: FID_THREADS
    resources:
        gpu=GPU,
    params:
        data=data_folder,
        settings=section("fid", count=CONFIG["sample"]["count"]),
        device=CONFIG["device"],
    shell:
        "python -m bench.fid_reference --data {params.data} --extractor {input.extractor}"
        " --settings {params.settings:q} --device {params.device} --out {output.features}"
        " --metrics {output.metrics} > {log} 2>&1"


rule fid:
    input:
        spec="<run>/spec.json",
        model="<run>/model.safetensors",
        samples="<run>/samples.safetensors",
        reference="<data>/fid_reference.safetensors",
        extractor=fid_extractor,
        code=model_sources("bench/fid.py"),
    output:
        metrics="<run>/metrics/fid.csv",
        gaussian="<run>/images/gaussian.npy",
        gmm="<run>/images/gmm.npy",
    log:
        "<logs>/fid/{dataset}/{variant}/{seeds}.log",
    benchmark:
        "<benchmarks>/fid/{dataset}/{variant}/{seeds}.tsv"
    conda:
        "../../environment.yml"
    threads: FID_THREADS
    resources:
        gpu=GPU,
    params:
        settings=section("fid", count=CONFIG["sample"]["count"]),
        device=CONFIG["device"],
    shell:
        "python -m bench.fid --spec {input.spec} --model {input.model} --samples {input.samples}"
        " --reference {input.reference} --extractor {input.extractor} --settings {params.settings:q}"
        " --device {params.device} --metrics {output.metrics} --gaussian {output.gaussian}"
        " --gmm {output.gmm} > {log} 2>&1"
