"""From numbers and images to verdicts, tables and figures."""


rule plan:
    output:
        "<results>/plan.json",
    log:
        "<logs>/plan.log",
    priority: priorities.FIRST  # first of all: those who watch read it
    threads: 1
    params:
        plan=whole_plan,
    run:  # not `shell`: a large plan does not fit on a command line
        Path(output[0]).write_text(f"{params.plan}\n", encoding="utf-8")


rule aggregate:
    input:
        metric_files,
        training_files,
        plan="<results>/plan.json",
        code=code("aggregate"),
    output:
        tables=[reported(name) for name in GATHERED],
    threads: 1
    shell:
        JOB


rule judge:
    input:
        [f"{OUT}/tables/{name}.csv" for name in ("metrics", "alternatives", "studies", "trajectory")],
        LINEAR,
        data_records(),
        plan="<results>/plan.json",
        paper=ROOT / "config/paper.csv",
        code=code("judge"),
    output:
        tables=[reported(name) for name in JUDGED],
    threads: 1
    shell:
        JOB


rule figure:
    input:
        [f"{OUT}/tables/{name}.csv" for name in ("metrics", "studies", "trajectory", *JUDGED)],
        LINEAR,
        data_records(),
        figure_images(),
        plan="<results>/plan.json",
        paper=ROOT / "config/paper.csv",
        code=code("figure"),
    output:
        figures=[file for name in PLAN["figures"] for file in figure_files(name)],
    threads: 1
    shell:
        JOB


rule tables:
    input:
        [f"{OUT}/tables/{name}.csv" for name in ("metrics", "alternatives", "studies", "runs", "jobs", *JUDGED)],
        LINEAR,
        data_records(),
        plan="<results>/plan.json",
        paper=ROOT / "config/paper.csv",
        code=code("tables"),
    output:
        pages=[f"<results>/{name}.md" for name in PAGES],
        front="<results>/front.json",
        tables=[reported(name) for name in LONG_TABLES],
    threads: 1
    shell:
        JOB


rule index:
    input:
        figures(),
        pages=[f"<results>/{name}.md" for name in PAGES],
        code=code("index"),
    output:
        page=report(
            "<results>/index.html",
            caption="../report/index.rst",
            category="Tables",
            labels={"table": "index.html", "holds": "every page with its figures"},
        ),
    threads: 1
    params:
        settings=index_settings(),
    shell:
        JOB


rule check:
    input:
        [f"{OUT}/tables/{name}.csv" for name in (*GATHERED, *JUDGED, *LONG_TABLES) if name != "jobs"],
        figures(),
        "<results>/tables.md",
        "<results>/index.html",
        plan="<results>/plan.json",
        code=code("check"),
    output:
        findings=reported("check"),
    threads: 1
    shell:
        JOB


rule front_page:
    input:
        "<results>/front.json",
        "<results>/tables/check.csv",
        others(),
        plan="<results>/plan.json",
        code=code("front_page"),
    output:
        page="results/tables.md",
    threads: 1
    shell:
        JOB


# A target, for those who want this alone; tables.md opens with it.
rule sensitivity:
    input:
        "<results>/tables/sensitivity.csv",
