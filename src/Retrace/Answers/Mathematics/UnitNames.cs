namespace Retrace.Answers.Mathematics;

/// <summary>The names of units, in English and Chinese, and what they measure.</summary>
internal static class UnitNames
{
    /// <summary>The size of one radian in degrees.</summary>
    public static Number Radian { get; } = 180 / Number.Pi;

    // Lower-case names. Lengths are in metres, masses in kilograms, times in seconds, angles in degrees.
    private static readonly Dictionary<string, KnownUnit> Known = Table(
        ("length", 1, "0.001", "mm millimeter millimetre 毫米"),
        ("length", 1, "0.01", "cm centimeter centimetre 厘米 公分"),
        ("length", 1, "0.1", "dm decimeter decimetre 分米"),
        ("length", 1, "1", "m meter metre 米 公尺"),
        ("length", 1, "1000", "km kilometer kilometre 千米 公里"),
        ("length", 1, "0.0254", "in inch inche 英寸"),
        ("length", 1, "0.3048", "ft foot feet 英尺"),
        ("length", 1, "0.9144", "yd yard 码"),
        ("length", 1, "1609.344", "mi mile 英里"),
        ("length", 2, "10000", "ha hectare 公顷"),
        ("length", 3, "0.001", "l liter litre 升"),
        ("length", 3, "0.000001", "ml milliliter millilitre 毫升"),
        ("mass", 1, "0.001", "g gram 克"),
        ("mass", 1, "1", "kg kilogram 千克 公斤"),
        ("mass", 1, "1000", "ton tonne 吨"),
        ("time", 1, "0.001", "ms millisecond 毫秒"),
        ("time", 1, "1", "s sec second 秒"),
        ("time", 1, "60", "min minute 分钟"),
        ("time", 1, "3600", "h hr hour 时 小时"),
        ("time", 1, "86400", "day 天"),
        ("time", 1, "604800", "week 周 星期 个星期"),
        ("month", 1, "1", "month 个月"),
        ("year", 1, "1", "year 年"),
        ("angle", 1, "1", "° deg degree 度"),
        ("angle", 1, "180/π", "rad radian 弧度"),
        ("temperature", 1, "1", "°c ℃ 摄氏度"),
        ("yuan", 1, "1", "yuan 元 元钱 块钱 ¥ ￥"),
        ("yuan", 1, "0.1", "角"),
        ("euro", 1, "1", "euro € 欧元"),
        ("sterling", 1, "1", "£ 英镑"),
        ("dollar", 1, "1", "dollar 美元"),
        ("", 0, "1", "unit 单位 个单位"));

    /// <summary>What Chinese counts things by.</summary>
    public const string Classifiers =
        "个只条根块本辆棵页岁名次种张支件台人枚颗盒箱瓶袋朵头位分题双对组把圈级步道座匹粒节层排行列份面家户句篇门片堆批"
        + "桶杯碗盘套副幅株所项班局轮亩";

    private static readonly Dictionary<string, string> Abbreviations = new()
    {
        ["mph"] = "mi per h",
        ["kmh"] = "km per h",
        ["kph"] = "km per h",
        ["kmph"] = "km per h",
    };

    private const int ShortestGlued = 3; // sqm

    private static readonly (string Word, string Name)[] Powers =
    [
        ("square", "square"), ("sq", "square"), ("平方", "square"),
        ("cubic", "cubic"), ("cu", "cubic"), ("立方", "cubic"),
    ];

    /// <summary>Finds a unit by its name, singular or plural; null if there is none.</summary>
    public static KnownUnit? Find(string name) =>
        Known.TryGetValue(name, out KnownUnit? known)
        || (name.EndsWith('s') && Known.TryGetValue(name[..^1], out known))
            ? known
            : name.Length == 1 && Classifiers.Contains(name[0]) ? new KnownUnit(name, 1, 1)
            : null;

    /// <summary>
    /// The words of a name that was written without spaces, as "square", "inches" of squareinches; otherwise the name.
    /// </summary>
    public static IReadOnlyList<string> Split(string name)
    {
        if (name.Length < ShortestGlued || Find(name) is not null)
        {
            return [name];
        }
        if (Abbreviations.TryGetValue(name, out string? words))
        {
            return words.Split(' ');
        }
        string[] factors = name.Replace("每", "per").Split("per");
        if (factors[0].Length == 0 && name != "per")
        {
            return [name];
        }
        List<string> split = [];
        foreach (string factor in factors)
        {
            (string word, string power) = Powers.FirstOrDefault(
                one => factor.StartsWith(one.Word, StringComparison.Ordinal), (Word: "", Name: ""));
            string unit = factor[word.Length..];
            // Squares and cubes are things that are counted and no square seconds.
            if (unit.Length > 0 && (Find(unit) is null || unit == "s"))
            {
                return [name];
            }
            split.AddRange([.. split.Count > 0 ? ["per"] : (string[])[], power, unit]);
        }
        split.RemoveAll(string.IsNullOrEmpty);
        return split;
    }

    private static Dictionary<string, KnownUnit> Table(
        params ReadOnlySpan<(string Dimension, int Exponent, string Factor, string Names)> rows)
    {
        Dictionary<string, KnownUnit> table = [];
        foreach ((string dimension, int exponent, string factor, string names) in rows)
        {
            foreach (string name in names.Split(' '))
            {
                Number value = ExpressionParser.Parse(factor, out _, out _);
                table.Add(name, new KnownUnit(dimension, exponent, value));
            }
        }
        return table;
    }
}

/// <summary>What a named unit measures, and its size in base units.</summary>
/// <param name="Dimension">The physical dimension, such as length.</param>
/// <param name="Exponent">The power of the dimension: 3 for a litre.</param>
/// <param name="Factor">How many of the dimension's base unit, to the exponent, it is.</param>
internal sealed record KnownUnit(string Dimension, int Exponent, Number Factor);
