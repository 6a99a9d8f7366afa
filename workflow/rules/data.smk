"""From raw downloads to arrays."""


rule fetch:
    input:
        code=dataset_sources("bench/fetch.py"),
    output:
        data=DATA,
    log:
        "<logs>/fetch/{dataset}.log",
    benchmark:
        "<benchmarks>/fetch/{dataset}.tsv"
    conda:
        "../../environment.yml"
    threads: 4
    params:
        name=dataset_name,
        options=data_options,
        data_root=data_root,
        folder=data_folder,
    shell:
        "python -m bench.fetch --dataset {params.name} --options {params.options:q}"
        " --data-root {params.data_root:q} --out {params.folder} > {log} 2>&1"
