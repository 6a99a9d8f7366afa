"""From codes and images to numbers."""


rule spectrum:
    input:
        spec="<run>/spec.json",
        codes="<run>/codes/test.npy",
        code=sources("bench/spectrum.py"),
    output:
        "<run>/metrics/spectrum.csv",
    log:
        "<logs>/spectrum/{dataset}/{variant}/{seeds}.log",
    benchmark:
        "<benchmarks>/spectrum/{dataset}/{variant}/{seeds}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    params:
        codes=subpath(input.codes, parent=True),
        settings=section("spectrum"),
    shell:
        "python -m bench.spectrum --spec {input.spec} --codes {params.codes} --settings {params.settings:q}"
        " --out {output} > {log} 2>&1"


rule classify:
    input:
        spec="<run>/spec.json",
        codes="<run>/codes/train.npy",
        test_codes="<run>/codes/test.npy",
        data=DATA,
        code=sources("bench/classify.py"),
    output:
        "<run>/metrics/classify.csv",
    log:
        "<logs>/classify/{dataset}/{variant}/{seeds}.log",
    benchmark:
        "<benchmarks>/classify/{dataset}/{variant}/{seeds}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        gpu=GPU,
    params:
        codes=subpath(input.codes, parent=True),
        data=data_folder,
        settings=section("classify"),
        device=CONFIG["device"],
    shell:
        "python -m bench.classify --spec {input.spec} --codes {params.codes} --data {params.data}"
        " --settings {params.settings:q} --device {params.device} --out {output} > {log} 2>&1"


rule supervise:
    input:
        spec="<run>/spec.json",
        data=DATA,
        code=sources("bench/supervise.py"),
    output:
        "<run>/metrics/supervise.csv",
    log:
        "<logs>/supervise/{dataset}/{variant}/{seeds}.log",
    benchmark:
        "<benchmarks>/supervise/{dataset}/{variant}/{seeds}.tsv"
    priority: LONG
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        gpu=GPU,
    params:
        data=data_folder,
        settings=section("classify"),
        device=CONFIG["device"],
    shell:
        "python -m bench.supervise --spec {input.spec} --data {params.data} --settings {params.settings:q}"
        " --device {params.device} --out {output} > {log} 2>&1"
