"""From a specification to a trained model and its codes."""


rule spec:
    input:
        record="<data>/data.json",
    output:
        "<run>/spec.json",
    log:
        "<logs>/spec/{dataset}/{variant}/{seeds}.log",
    conda:
        "../../environment.yml"
    threads: 1
    params:
        fields=spec_fields,
        shape=parse_input(input.record, parser=image_shape),
    shell:
        "printf '{{%s, \"shape\": %s}}\\n' {params.fields:q} {params.shape:q} > {output} 2> {log}"


rule train:
    input:
        spec="<run>/spec.json",
        data=DATA,
        code=model_sources("bench/train.py"),
    output:
        model="<run>/model.safetensors",
        history="<run>/history.csv",
        provenance="<run>/provenance.json",
    log:
        "<logs>/train/{dataset}/{variant}/{seeds}.log",
    benchmark:
        "<benchmarks>/train/{dataset}/{variant}/{seeds}.tsv"
    priority: LONG
    conda:
        "../../environment.yml"
    threads: training_threads
    resources:
        gpu=GPU,
    params:
        data=data_folder,
        checkpoint=checkpoint_folder,
        device=CONFIG["device"],
    shell:
        "python -m bench.train --spec {input.spec} --data {params.data} --device {params.device}"
        " --checkpoint {params.checkpoint} --model {output.model} --history {output.history}"
        " --provenance {output.provenance} > {log} 2>&1"


rule encode:
    input:
        spec="<run>/spec.json",
        model="<run>/model.safetensors",
        data=DATA,
        code=model_sources("bench/encode.py"),
    output:
        train="<run>/codes/train.npy",
        test="<run>/codes/test.npy",
        metrics="<run>/metrics/encode.csv",
    log:
        "<logs>/encode/{dataset}/{variant}/{seeds}.log",
    benchmark:
        "<benchmarks>/encode/{dataset}/{variant}/{seeds}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        gpu=GPU,
    params:
        data=data_folder,
        folder=subpath(output.train, parent=True),
        device=CONFIG["device"],
    shell:
        "python -m bench.encode --spec {input.spec} --model {input.model} --data {params.data}"
        " --device {params.device} --out {params.folder} --metrics {output.metrics} > {log} 2>&1"
