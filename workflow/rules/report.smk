"""From numbers and images to tables and figures."""

LONG_TABLES = ("table_1", "table_2", "ablations", "spectra", "reconstruction", "interpolation", "cost")


LINEAR = [f"{OUT}/linear_rank/{name}.csv" for name in ("metrics", "trajectories", "summary")]


rule plan:
    output:
        "<results>/plan.json",
    log:
        "<logs>/plan.log",
    priority: 2 * LONG  # first of all: those who watch read it
    threads: 1
    params:
        plan=planning.text(PLAN),
    run:  # not `shell`: a large plan does not fit on a command line
        Path(output[0]).write_text(f"{params.plan}\n", encoding="utf-8")


rule aggregate:
    input:
        plan="<results>/plan.json",
        metrics=metric_files,
        training=training_files,
        code=sources("bench/aggregate.py"),
    output:
        metrics=reported("metrics"),
        alternatives=reported("alternatives"),
        studies=reported("studies"),
        history=reported("history"),
        runs=reported("runs"),
        jobs=reported("jobs"),
    log:
        "<logs>/aggregate.log",
    benchmark:
        "<benchmarks>/aggregate.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    params:
        results=subpath(input.plan, parent=True),
        folder=subpath(output.metrics, parent=True),
    shell:
        "python -m bench.aggregate --plan {input.plan} --results {params.results}"
        " --tables {params.folder} > {log} 2>&1"


rule figure:
    input:
        plan="<results>/plan.json",
        table=figure_table,
        records=figure_records,
        images=figure_images,
        code=sources("bench/figure.py"),
    output:
        png=report(
            "<results>/figures/figure_{name}.png",
            caption="../report/figure.rst",
            category="Figures",
            labels=figure_labels,
        ),
        pdf="<results>/figures/figure_{name}.pdf",
    log:
        "<logs>/figure/{name}.log",
    benchmark:
        "<benchmarks>/figure/{name}.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    params:
        results=subpath(input.plan, parent=True),
        prefix=subpath(output.png, strip_suffix=".png"),
    shell:
        "python -m bench.figure --plan {input.plan} --results {params.results} --name {wildcards.name}"
        " --out {params.prefix} > {log} 2>&1"


rule tables:
    input:
        plan="<results>/plan.json",
        tables=[f"{OUT}/tables/{name}.csv" for name in ("metrics", "alternatives", "studies", "runs", "jobs", *JUDGED)],
        linear=LINEAR,
        records=data_records(),
        paper=ROOT / "config/paper.csv",
        code=sources("bench/tables.py"),
    output:
        report="<results>/tables.md",
        page=report(
            "<results>/tables.html",
            caption="../report/tables.rst",
            category="Tables",
            labels={"table": "tables.md", "holds": "verdicts and every table"},
        ),
        tables=[reported(name) for name in LONG_TABLES],
    log:
        "<logs>/tables.log",
    benchmark:
        "<benchmarks>/tables.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    params:
        results=subpath(input.plan, parent=True),
    shell:
        "python -m bench.tables --plan {input.plan} --results {params.results} --paper {input.paper:q}"
        " --out {output.report} > {log} 2>&1"


rule check:
    input:
        plan="<results>/plan.json",
        report="<results>/tables.md",
        tables=[f"{OUT}/tables/{name}.csv" for name in ("metrics", "alternatives", "history", "runs", *LONG_TABLES)],
        figures=figure_files(),
        code=sources("bench/check.py"),
    output:
        reported("check"),
    log:
        "<logs>/check.log",
    benchmark:
        "<benchmarks>/check.tsv"
    conda:
        "../../environment.yml"
    threads: 1
    params:
        results=subpath(input.plan, parent=True),
    shell:
        "python -m bench.check --out {output} {params.results} > {log} 2>&1"
