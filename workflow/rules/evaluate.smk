"""From codes to numbers and samples."""


rule measure:
    input:
        model="<run>/model.safetensors",
        codes=CODES,
        data=DATA,
        code=measure_code,
    output:
        metrics="<run>/metrics/measure/{measure}.csv",
    priority: importance
    threads: 1
    resources:
        gpu=GPU,
    params:
        settings=measure_settings,
    shell:
        JOB


rule classify:
    input:
        codes=CODES,
        data=DATA,
        code=code("classify"),
    output:
        metrics="<run>/metrics/classify.csv",
    priority: importance
    threads: 1
    resources:
        gpu=GPU,
    params:
        settings=classify_settings,
    shell:
        JOB


rule supervise:
    input:
        data=DATA,
        code=code("supervise"),
    output:
        metrics="<run>/metrics/supervise.csv",
    priority: training_importance
    threads: 1
    resources:
        gpu=GPU,
    params:
        settings=classify_settings,
    shell:
        JOB


rule generate:
    input:
        model="<run>/model.safetensors",
        codes=CODES,
        data=DATA,
        reference="<data>/reference.safetensors",
        network=fid_extractor,
        code=generate_code,
    output:
        samples="<run>/samples.safetensors",
        metrics="<run>/metrics/generate.csv",
        images=["<run>/images/gaussian.npy", "<run>/images/gmm.npy"],
    priority: importance
    threads: FID_THREADS
    resources:
        gpu=GPU,
    params:
        settings=generate_settings,
    shell:
        JOB


rule reevaluate:
    input:
        model="<run>/model.safetensors",
        codes=CODES,
        samples="<run>/samples.safetensors",
        data=DATA,
        reference="<data>/reference.safetensors",
        network=fid_extractor,
        code=model_code("reevaluate"),
    output:
        metrics="<run>/metrics/reevaluate.csv",
    priority: importance
    threads: 1
    resources:
        gpu=GPU,
    params:
        settings=reevaluate_settings,
    shell:
        JOB
