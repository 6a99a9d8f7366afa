"""From images to a trained model and its codes."""


rule train:
    input:
        data=DATA,
        code=model_code("train"),
    output:
        model="<run>/model.safetensors",
        history="<run>/history.csv",
        along="<run>/trajectory.csv",
        provenance="<run>/provenance.json",
    priority: training_importance
    threads: training_threads
    resources:
        gpu=GPU,
    params:
        settings=train_settings,
    shell:
        JOB


rule encode:
    input:
        model="<run>/model.safetensors",
        data=DATA,
        code=encode_code,
    output:
        codes=CODES,
        metrics="<run>/metrics/encode.csv",
        images=["<run>/images/interpolate.npy", "<run>/images/pca_grid.npy"],
    priority: importance
    threads: 1
    resources:
        gpu=GPU,
    params:
        settings=encode_settings,
    shell:
        JOB
