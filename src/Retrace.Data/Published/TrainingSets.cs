namespace Retrace.Data.Published;

/// <summary>The training sets of the paper; all are read by <see cref="Parquet.ParquetSource"/>.</summary>
public static class TrainingSets
{
    /// <summary>
    /// Geometry3K in EasyR1's layout: <c>images</c>, <c>problem</c>, <c>answer</c>; or as verl's
    /// examples/data_preprocess/geo3k.py writes it: <c>prompt</c>, <c>images</c>, <c>reward_model</c>.
    /// </summary>
    public static PublishedSet Geometry3K { get; } = new(
        "geometry3k",
        "Geometry3K, train",
        "Lu et al. 2021, arXiv 2105.04165",
        [
            PublishedFiles.OnHub("hiyouga/geometry3k", "data/", "train-*.parquet"),
            new("train.parquet", 1, "https://github.com/volcengine/verl", "python examples/data_preprocess/geo3k.py"),
        ],
        Records: 2101);

    /// <summary>GeoQA as R1-V prepared it: <c>image</c>, <c>problem</c>, <c>solution</c> with answer tags.</summary>
    public static PublishedSet GeoQa { get; } = new(
        "geoqa",
        "GeoQA (R1V 8K), train",
        "Chen et al. 2021, arXiv 2105.14517; Deep-Agent/R1-V",
        [PublishedFiles.OnHub("leonardPKU/GEOQA_R1V_Train_8K", "data/", "train-*.parquet")],
        Records: null);

    /// <summary>MMR1's first training set: <c>images</c>, <c>problem</c>, <c>answer</c>.</summary>
    public static PublishedSet Mmr1 { get; } = new(
        "mmr1",
        "MMR1-Math-RL-Data-v0, train",
        "LengSicong/MMR1",
        [PublishedFiles.OnHub("MMR1/MMR1-Math-RL-Data-v0", "data/", "train-*.parquet")],
        Records: null);

    public static IReadOnlyList<PublishedSet> All { get; } = [Geometry3K, GeoQa, Mmr1];
}
