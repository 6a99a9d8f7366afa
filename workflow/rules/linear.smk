"""Linear autoencoders on data of a known rank (arXiv 2107.01301), all of them in one job."""


rule linear_rank:
    input:
        code=code("linear_rank"),
    output:
        results=LINEAR,
    threads: 2
    params:
        settings=as_json({"settings": CONFIG["linear_rank"], "seeds": sorted(CONFIG["seeds"])}),
    shell:
        JOB
