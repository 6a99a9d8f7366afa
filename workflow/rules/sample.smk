"""From codes to new codes and images."""


rule interpolate:
    input:
        spec="<run>/spec.json",
        model="<run>/model.safetensors",
        codes="<run>/codes/test.npy",
        data=DATA,
        code=model_sources("bench/interpolate.py"),
        data_code=dataset_sources(),
    output:
        images="<run>/images/interpolate.npy",
        metrics="<run>/metrics/interpolate.csv",
    log:
        "<logs>/interpolate/{dataset}/{variant}/{seeds}.log",
    benchmark:
        "<benchmarks>/interpolate/{dataset}/{variant}/{seeds}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        gpu=GPU,
    params:
        codes=subpath(input.codes, parent=True),
        data=data_folder,
        settings=section("interpolate"),
        device=CONFIG["device"],
    shell:
        "python -m bench.interpolate --spec {input.spec} --model {input.model} --codes {params.codes}"
        " --data {params.data} --settings {params.settings:q} --device {params.device}"
        " --out {output.images} --metrics {output.metrics} > {log} 2>&1"


rule interpolate_reference:
    input:
        data=DATA,
        code=dataset_sources("bench/interpolate_reference.py"),
    output:
        "<data>/interpolate_reference.csv",
    log:
        "<logs>/interpolate_reference/{dataset}.log",
    benchmark:
        "<benchmarks>/interpolate_reference/{dataset}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        gpu=GPU,
    params:
        data=data_folder,
        settings=section("interpolate"),
        device=CONFIG["device"],
    shell:
        "python -m bench.interpolate_reference --data {params.data} --settings {params.settings:q}"
        " --device {params.device} --metrics {output} > {log} 2>&1"


rule pca_grid:
    input:
        spec="<run>/spec.json",
        model="<run>/model.safetensors",
        codes="<run>/codes/train.npy",
        test_codes="<run>/codes/test.npy",
        code=model_sources("bench/pca_grid.py"),
    output:
        "<run>/images/pca_grid.npy",
    log:
        "<logs>/pca_grid/{dataset}/{variant}/{seeds}.log",
    benchmark:
        "<benchmarks>/pca_grid/{dataset}/{variant}/{seeds}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        gpu=GPU,
    params:
        codes=subpath(input.codes, parent=True),
        settings=section("pca_grid"),
        device=CONFIG["device"],
    shell:
        "python -m bench.pca_grid --spec {input.spec} --model {input.model} --codes {params.codes}"
        " --settings {params.settings:q} --device {params.device} --out {output} > {log} 2>&1"


rule sample:
    input:
        spec="<run>/spec.json",
        codes="<run>/codes/train.npy",
        code=sources("bench/sample.py"),
    output:
        samples="<run>/samples.safetensors",
        metrics="<run>/metrics/sample.csv",
    log:
        "<logs>/sample/{dataset}/{variant}/{seeds}.log",
    benchmark:
        "<benchmarks>/sample/{dataset}/{variant}/{seeds}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        gpu=GPU,
    params:
        codes=subpath(input.codes, parent=True),
        components=components,
        settings=section("sample"),
        device=CONFIG["device"],
    shell:
        "python -m bench.sample --spec {input.spec} --codes {params.codes} --components {params.components}"
        " --settings {params.settings:q} --device {params.device} --out {output.samples}"
        " --metrics {output.metrics} > {log} 2>&1"
