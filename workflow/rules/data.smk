"""From raw downloads to arrays, and what models are held against."""


rule fetch:
    input:
        code=dataset_code("fetch"),
    output:
        data=DATA,
    priority: data_importance
    threads: 4
    params:
        settings=fetch_settings,
    shell:
        JOB


rule fetch_inception:
    input:
        code=code("fetch_inception"),
    output:
        weights="<results>/data/inception.pth",
    threads: 1
    shell:
        JOB


rule fid_extractor:
    input:
        data=DATA,
        code=code("fid_extractor"),
    output:
        weights="<data>/fid_extractor.safetensors",
    priority: data_importance
    threads: 1
    resources:
        gpu=GPU,
    params:
        settings=as_json({"epochs": CONFIG["fid"]["epochs"]}),
    shell:
        JOB


rule reference:
    input:
        data=DATA,
        network=fid_extractor,
        code=dataset_code("reference"),
    output:
        features="<data>/reference.safetensors",
        metrics="<data>/reference.csv",
    priority: data_importance
    threads: FID_THREADS
    resources:
        gpu=GPU,
    params:
        settings=reference_settings(),
    shell:
        JOB
