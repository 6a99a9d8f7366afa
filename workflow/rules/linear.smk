"""Linear autoencoders on data of a known rank (arXiv 2107.01301), all of them in one job."""


rule linear_rank:
    input:
        code=sources("bench/linear_rank.py"),
    output:
        metrics="<results>/linear_rank/metrics.csv",
        trajectories="<results>/linear_rank/trajectories.csv",
        summary="<results>/linear_rank/summary.csv",
    log:
        "<logs>/linear_rank.log",
    benchmark:
        "<benchmarks>/linear_rank.tsv"
    conda:
        "../../environment.yml"
    threads: 2
    params:
        settings=section("linear_rank"),
        seeds=sorted(CONFIG["seeds"]),
        folder=subpath(output.metrics, parent=True),
    shell:
        "python -m bench.linear_rank --settings {params.settings:q} --seeds {params.seeds}"
        " --out {params.folder} > {log} 2>&1"
