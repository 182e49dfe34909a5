using System.Xml.Linq;
using Retrace.Runs;

namespace Retrace.Reporting.Html;

/// <summary>A few trajectories of a run, from its beginning, middle and end, folded.</summary>
internal static class TrajectoryList
{
    private const int TrajectoriesOfAStep = 2;

    private static readonly byte[] PngSignature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Null where the run has none.</summary>
    public static XElement? Of(ReportedRun run)
    {
        IReadOnlyList<TrajectorySample> chosen = Choose(run.Run.Trajectories);
        return chosen.Count == 0
            ? null
            : new XElement(
                "div",
                new XElement("h3", Figure.Swatch(run.Look, "line"), run.Name),
                chosen.Select(Entry));
    }

    /// <summary>Of the first, the middle and the last step up to two, of different problems.</summary>
    /// <remarks>Goes through the file twice and keeps only what it chooses: a run's file can be large.</remarks>
    internal static IReadOnlyList<TrajectorySample> Choose(IEnumerable<TrajectorySample> trajectories)
    {
        int[] steps = [.. trajectories.Select(trajectory => trajectory.Step).Distinct().Order()];
        if (steps.Length == 0)
        {
            return [];
        }
        HashSet<int> wanted = [steps[0], steps[steps.Length / 2], steps[^1]];
        Dictionary<int, List<TrajectorySample>> chosen = [];
        foreach (int step in wanted)
        {
            chosen.Add(step, []);
        }
        foreach (TrajectorySample trajectory in trajectories)
        {
            if (chosen.TryGetValue(trajectory.Step, out List<TrajectorySample>? ofStep)
                && ofStep.Count < TrajectoriesOfAStep
                && ofStep.All(other => other.ProblemId != trajectory.ProblemId))
            {
                ofStep.Add(trajectory);
            }
        }
        return [.. wanted.Order().SelectMany(step => chosen[step])];
    }

    private static XElement Entry(TrajectorySample trajectory) => new(
        "details",
        new XElement(
            "summary",
            $"step {trajectory.Step}, problem {trajectory.ProblemId}: answer ",
            AnswerOf(trajectory.Answer),
            trajectory.Reward is double reward ? $", reward {Metric.RewardMean.Format(reward)}" : null,
            trajectory.Advantage is double advantage ? $", advantage {Metric.RewardMean.Format(advantage)}" : null),
        new XElement(
            "div",
            new XAttribute("class", "trajectory"),
            Thumbnail(trajectory.Image),
            new XElement(
                "div",
                new XElement("h4", "Question"),
                TextBlock(trajectory.Question),
                new XElement("h4", "Response"),
                Response(trajectory),
                Continuations(trajectory.Retraced))));

    private static XElement? Thumbnail(byte[]? image) => image is not null && image.AsSpan().StartsWith(PngSignature)
        ? new XElement(
            "img",
            new XAttribute("src", $"data:image/png;base64,{Convert.ToBase64String(image)}"),
            new XAttribute("alt", "the problem's image"))
        : null;

    // What is kept at the anchor, a mark, and what retracing thinks through again.
    private static XElement Response(TrajectorySample trajectory)
    {
        string response = trajectory.Response;
        if (trajectory.AnchorTextOffset is not int offset || offset < 0 || offset > response.Length)
        {
            return TextBlock(response);
        }
        if (offset > 0 && offset < response.Length && char.IsLowSurrogate(response[offset]))
        {
            offset--; // Not within a character.
        }
        string label = trajectory.Anchor is int tokens ? $"anchor, after {tokens} tokens" : "anchor";
        return TextBlock(
            response[..offset],
            new XElement("mark", label),
            new XElement("span", new XAttribute("class", "dropped"), response[offset..]));
    }

    private static IEnumerable<XElement> Continuations(IReadOnlyList<RetracedSample> continuations)
    {
        if (continuations.Count == 0)
        {
            yield break;
        }
        yield return new XElement("h4", "Continuations from the anchor");
        foreach (RetracedSample continuation in continuations)
        {
            yield return new XElement(
                "details",
                new XElement("summary", "answer ", AnswerOf(continuation.Answer)),
                TextBlock(continuation.Response));
        }
    }

    private static XElement AnswerOf(string? answer) =>
        answer is null ? new XElement("em", "none") : new XElement("code", answer);

    private static XElement TextBlock(params object[] content) =>
        new("div", new XAttribute("class", "text"), content);
}
