namespace Retrace.Evaluation.Reproductions;

/// <summary>The form of a series of numbers over a setting's values.</summary>
/// <param name="Trend">How it goes.</param>
/// <param name="Highest">The index of its highest number, the first of several.</param>
public readonly record struct SeriesShape(Trend Trend, int Highest)
{
    /// <param name="values">At least two.</param>
    public static SeriesShape Of(IReadOnlyList<double> values)
    {
        int highest = values.Index().MaxBy(one => one.Item).Index;
        bool risesToIt = IsRising(values.Take(highest + 1));
        bool fallsAfterIt = IsRising(values.Skip(highest).Reverse());
        Trend trend = (risesToIt && fallsAfterIt) switch
        {
            false => Trend.Varied,
            true when highest == values.Count - 1 => Trend.Rising,
            true when highest == 0 => Trend.Falling,
            true => Trend.Peaked,
        };
        return new SeriesShape(trend, highest);
    }

    /// <summary>The form in words that go on from "the accuracy".</summary>
    /// <param name="values">The setting's values, as they are to be shown.</param>
    public string Describe(IReadOnlyList<string> values) => Trend switch
    {
        Trend.Rising => "rises throughout",
        Trend.Falling => "falls throughout",
        Trend.Peaked => $"rises up to {values[Highest]} and falls from there",
        _ => $"goes up and down, with its highest at {values[Highest]}",
    };

    // Equal neighbours neither rise nor fall.
    private static bool IsRising(IEnumerable<double> values) => values.Zip(values.Skip(1)).All(pair => pair.First < pair.Second);
}

/// <summary>How a series goes from its first number to its last.</summary>
public enum Trend
{
    /// <summary>Each is higher than the one before.</summary>
    Rising,

    /// <summary>Each is lower than the one before.</summary>
    Falling,

    /// <summary>It rises, and falls after that.</summary>
    Peaked,

    /// <summary>Anything else.</summary>
    Varied,
}
