using Retrace.Evaluation.Comparisons;

namespace Retrace.Evaluation.Reproductions;

/// <summary>
/// What the paper reports (Yu et al., arXiv 2604.03647, Qwen2.5-VL-7B; accuracies in percent), and the runs that make it
/// here.
/// </summary>
/// <remarks>
/// A row says what it changes. All else is the configuration, whose defaults and presets are the paper's settings: rule
/// sfr, m 5, ω 0.7, γ 0.2, β 5, Gaussian noise. Rows of one name are one run, which tables in a folder share.
/// </remarks>
public static class PaperTables
{
    /// <summary>The method of the paper, with everything in it.</summary>
    internal const string Csrs = "csrs";

    private const string WholeMethod = "CSRS: sfr over A_n and A_m; n(1 + m) samples";

    private const string MathVision = "mathvision";
    private const string MathVerse = "mathverse";
    private const string MathVista = "mathvista";
    private const string WeMath = "we-math";

    // Without a part of the method. A second round there always is, so that all rows have as many samples.
    private static readonly string[] NoRetracing =
        ["retrace.keep_rate=0", "retrace.keep_rates=null", "retrace.anchor=ratio", "retrace.mode=continue"];

    private static readonly string[] NoSoftening = ["reward.rule=majority"];
    private static readonly string[] NoPerturbation = ["retrace.perturbation=none"];

    private static readonly IReadOnlyDictionary<string, double> Nothing = new Dictionary<string, double>();

    private static readonly PaperRow Start =
        new("start", "the model before training", null, OnAll(25.40, 44.24, 66.42, 67.65));

    private static readonly PaperRow MmUpt = Method(
        "majority", "MM-UPT: majority vote of A_n, 1 or 0; n samples", OnAll(26.95, 44.53, 66.47, 68.49));

    /// <summary>All of them, in the paper's order as far as our notes give it.</summary>
    public static IReadOnlyList<PaperTable> All { get; } =
    [
        Main("main", "Geometry3K", [MmUpt, MainCsrs(27.97, 46.01, 67.81, 71.77)]),
        Main("main-geoqa", "GeoQA", [MmUpt with { Reported = Nothing }, MainCsrs(28.95, 45.82, 68.25, 69.32)]),
        Main("main-mmr1", "MMR1", [MmUpt with { Reported = Nothing }, MainCsrs(27.86, 45.89, 67.81, 70.53)]),
        new(
            "ablation",
            "RRM, SFR and VSP: each alone, in pairs, all",
            "Geometry3K",
            [
                Start,
                // The paper's row without any of them is the start; this one is the vote with as many samples.
                Part("none", [.. NoRetracing, .. NoSoftening, .. NoPerturbation]),
                Part("rrm", [.. NoSoftening, .. NoPerturbation], 26.85, 45.35, 67.38, 69.85),
                Part("sfr", [.. NoRetracing, .. NoPerturbation], 26.52, 45.10, 67.15, 69.42),
                Part("vsp", [.. NoRetracing, .. NoSoftening], 25.55, 44.35, 66.55, 67.82),
                Part("rrm-sfr", [.. NoPerturbation], 27.68, 45.85, 67.62, 71.30),
                Part("rrm-vsp", [.. NoSoftening], 27.02, 45.48, 67.50, 70.12),
                Part("sfr-vsp", [.. NoRetracing], 26.70, 45.22, 67.28, 69.65),
                Part(Csrs, [], 27.97, 46.01, 67.81, 71.77),
                Method("csrs-no-rrm", "the answer's share of A_n; no second round, n samples", Nothing),
                MmUpt,
            ]),
        Sweep("omega", "ω", "the retracing rate", MathVista, "retrace.keep_rate", best: 0.7,
            (0.1, 66.31), (0.3, 67.01), (0.5, 66.58), (0.7, 68.25), (0.9, 66.43)),
        Sweep("m", "m", "continuations of each trajectory", MathVista, "retrace.samples", best: 5,
            (4, 66.45), (5, 68.25), (6, 67.46), (7, 66.01), (8, 64.98)),
        Sweep("gamma", "γ", "of the softened frequency", MathVerse, "reward.gamma", best: 0.2,
            (0.05, 44.65), (0.1, 45.12), (0.2, 46.01), (0.35, 43.78)),
        Sweep("beta", "β", "of the softened frequency", MathVerse, "reward.beta", best: 5,
            (3.5, 45.16), (5, 46.01), (6.5, 45.87), (8, 45.72)),
        Figure("figure-3", "3a, accuracy by frequency, and 3b, high-confidence problems over the steps",
            PaperCurve.HighConfidence, "accuracy-by-frequency", "high-confidence-share"),
        Figure("figure-4", "answers of both rounds at steps 20, 60 and 100", curve: null, "answers-"),
        Figure("figure-5", "token entropy over the steps", PaperCurve.Entropy, "entropy"),
    ];

    /// <summary>The table that has this name.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    public static PaperTable Named(string name) => All.FirstOrDefault(table => table.Name == name)
        ?? throw new BadInputException(name == "figure-6"
            ? "figure-6: our notes of the paper do not say what it shows, so there is nothing to run for it"
            : $"there is no table \"{name}\"; there are {string.Join(", ", All.Select(table => table.Name))}");

    private static PaperTable Main(string name, string trainedOn, PaperRow[] rows) => new(
        name,
        "methods and benchmarks, with votes of equal samples, tokens and seconds",
        trainedOn,
        [
            Start,
            .. rows,
            Method("majority-samples", "majority vote of as many samples as csrs takes, n(1 + m)", Nothing),
            Method("majority-budget", "majority vote of as many generated tokens", Nothing),
            Method("majority-seconds", "majority vote of as many seconds, near enough", Nothing),
        ]);

    private static PaperRow MainCsrs(double mathVision, double mathVerse, double mathVista, double weMath) =>
        Method(Csrs, WholeMethod, OnAll(mathVision, mathVerse, mathVista, weMath));

    private static PaperRow Method(string name, string meaning, IReadOnlyDictionary<string, double> reported) =>
        new(name, meaning, Variants.Named(name), reported);

    // The eight rows differ in three settings alone, and all take n(1 + m) samples.
    private static PaperRow Part(string name, string[] without, params double[] reported) => new(
        without.Length == 0 ? "rrm-sfr-vsp" : name,
        (without.Contains(NoSoftening[0]) ? "majority of A_n and A_m, 1 or 0" : "sfr over A_n and A_m")
            + (without.Contains(NoRetracing[0]) ? "; A_m sampled from the start (ω 0)" : "; A_m retraced")
            + (without.Contains(NoPerturbation[0]) ? ", clean images" : ", perturbed images"),
        new Variant(name, ["method=csrs", .. without]),
        reported is [double vision, double verse, double vista, double weMath]
            ? OnAll(vision, verse, vista, weMath)
            : Nothing);

    private static PaperTable Sweep(
        string name,
        string symbol,
        string meaning,
        string benchmark,
        string key,
        double best,
        params (double Value, double Reported)[] values) =>
        new(
            name,
            $"CSRS over {symbol}, {meaning}",
            TrainedOn: "",
            [
                .. values.Select(one => new PaperRow(
                    FormattableString.Invariant($"{one.Value}"),
                    FormattableString.Invariant($"csrs with {key}={one.Value}"),
                    new Variant(
                        one.Value == best ? Csrs : FormattableString.Invariant($"{name}-{one.Value}").Replace('.', '_'),
                        "method=csrs",
                        FormattableString.Invariant($"{key}={one.Value}")),
                    new Dictionary<string, double> { [benchmark] = one.Reported })),
            ])
        {
            Swept = symbol,
        };

    private static PaperTable Figure(string name, string title, PaperCurve? curve, params string[] figures) => new(
        name, title, TrainedOn: "", [MmUpt with { Reported = Nothing }, Method(Csrs, WholeMethod, Nothing)])
    {
        Figures = figures,
        Curve = curve,
    };

    private static Dictionary<string, double> OnAll(
        double mathVision, double mathVerse, double mathVista, double weMath) => new()
        {
            [MathVision] = mathVision,
            [MathVerse] = mathVerse,
            [MathVista] = mathVista,
            [WeMath] = weMath,
        };
}
