using System.Globalization;
using Retrace.Anchors;
using Retrace.Perturbations;

namespace Retrace.Evaluation.Surveys;

/// <summary>
/// The ways to retrace that a survey compares: every anchor rule with every keep rate and every perturbation.
/// </summary>
public static class SurveyPlan
{
    /// <param name="anchors">Names with commas between them.</param>
    /// <param name="keepRates">Numbers of at least 0 and below 1, with commas.</param>
    /// <param name="perturbations">Names with commas, each followed by a colon and its highest level where that is not
    /// the usual one.</param>
    /// <exception cref="BadInputException">A name or a number cannot be used.</exception>
    public static IReadOnlyList<RetracingChoice> Of(string anchors, string keepRates, string perturbations)
    {
        PerturbationChoice[] images =
            [.. Parts(perturbations).Select(text => PerturbationChoice.Parse("--perturbations", text))];
        double[] rates = [.. Parts(keepRates).Select(KeepRate)];
        string[] rules = Parts(anchors);
        foreach (string rule in rules)
        {
            _ = AnchorRules.Create(rule, rates[0]); // Throws where there is no such rule.
        }
        return
        [
            .. from rule in rules
               from image in images
               from rate in rates
               select new RetracingChoice(rule, rate, image.Name, image.Level),
        ];
    }

    private static string[] Parts(string list)
    {
        string[] parts = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0
            ? parts
            : throw new BadInputException("A survey needs at least one anchor rule, keep rate and perturbation.");
    }

    private static double KeepRate(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate) && rate is >= 0 and < 1
            ? rate
            : throw new BadInputException($"--keep-rates holds \"{text}\", but takes numbers of at least 0 and below 1");
}
