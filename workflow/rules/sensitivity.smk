"""From numbers to verdicts, and to what they would be under another protocol."""

JUDGED = ("claims", "cells", "sensitivity", "variance", "family", "ranking")


rule reevaluate:
    input:
        spec="<run>/spec.json",
        model="<run>/model.safetensors",
        codes="<run>/codes/train.npy",
        test_codes="<run>/codes/test.npy",
        samples="<run>/samples.safetensors",
        data=DATA,
        reference="<data>/fid_reference.safetensors",
        extractor=fid_extractor,
        code=model_sources("bench/reevaluate.py"),
    output:
        "<run>/metrics/reevaluate.csv",
    log:
        "<logs>/reevaluate/{dataset}/{variant}/{seeds}.log",
    benchmark:
        "<benchmarks>/reevaluate/{dataset}/{variant}/{seeds}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    resources:
        gpu=GPU,
    params:
        run=subpath(input.spec, parent=True),
        data=data_folder,
        settings=reevaluation,
        fid=section("fid"),
        device=CONFIG["device"],
    shell:
        "python -m bench.reevaluate --run {params.run} --data {params.data} --reference {input.reference}"
        " --extractor {input.extractor} --settings {params.settings:q} --fid {params.fid:q}"
        " --device {params.device} --out {output} > {log} 2>&1"


rule judge:
    input:
        plan="<results>/plan.json",
        tables=[f"{OUT}/tables/{name}.csv" for name in ("metrics", "alternatives", "studies")],
        linear="<results>/linear_rank/summary.csv",
        records=data_records(),
        paper=ROOT / "config/paper.csv",
        code=sources("bench/judge.py"),
    output:
        tables=[reported(name) for name in JUDGED],
    log:
        "<logs>/judge.log",
    benchmark:
        "<benchmarks>/judge.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    params:
        results=subpath(input.plan, parent=True),
    shell:
        "python -m bench.judge --plan {input.plan} --results {params.results} --paper {input.paper:q} > {log} 2>&1"
