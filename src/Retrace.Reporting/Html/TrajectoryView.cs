using System.Globalization;
using System.Xml.Linq;
using Retrace.Reporting.Content;
using Retrace.Runs;

namespace Retrace.Reporting.Html;

/// <summary>A trajectory in full: images, reasoning with its anchor, continuations, group.</summary>
internal static class TrajectoryView
{
    private static readonly byte[] PngSignature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
    private static readonly byte[] JpegSignature = [0xFF, 0xD8, 0xFF];

    /// <summary>One line: step, problem, answer, reward, advantage.</summary>
    public static IEnumerable<object?> Summary(TrajectorySample trajectory) =>
    [
        $"step {trajectory.Step}, problem {trajectory.ProblemId}: answer ",
        AnswerOf(trajectory.Answer),
        trajectory.Group is [{ Right: bool right }, ..] ? (right ? ", right" : ", wrong") : null,
        trajectory.Reward is double reward ? $", reward {Number(reward)}" : null,
        trajectory.Advantage is double advantage ? $", advantage {Number(advantage)}" : null,
    ];

    /// <summary>The full view: images, question, response, continuations and the group's answers.</summary>
    public static XElement Of(TrajectorySample trajectory)
    {
        XElement?[] images =
        [
            Picture(trajectory.Image, "the problem's image"),
            Picture(trajectory.PerturbedImage, "perturbed, as the continuations saw it"),
        ];
        return new XElement(
            "div",
            new XAttribute("class", "trajectory"),
            images.All(image => image is null)
                ? null
                : new XElement("div", new XAttribute("class", "pictures"), images),
            new XElement(
                "div",
                new XElement("h4", "Question"),
                TextBlock(trajectory.Question),
                new XElement("h4", "Response"),
                Response(trajectory),
                Continuations(trajectory.Retraced),
                Group(trajectory)));
    }

    private static XElement? Picture(byte[]? image, string caption) => TypeOf(image) is string type
        ? new XElement(
            "figure",
            new XElement(
                "img",
                new XAttribute("src", $"data:{type};base64,{Convert.ToBase64String(image!)}"),
                new XAttribute("alt", caption)),
            new XElement("figcaption", caption))
        : null;

    private static string? TypeOf(byte[]? image) =>
        image.AsSpan().StartsWith(PngSignature) ? "image/png"
        : image.AsSpan().StartsWith(JpegSignature) ? "image/jpeg"
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

    // What an answer earned stands behind what that is made of.
    private static IEnumerable<XElement> Group(TrajectorySample trajectory)
    {
        IReadOnlyList<GroupedAnswer> group = trajectory.Group;
        if (group.Count == 0)
        {
            yield break;
        }
        bool isLabelled = group.Any(one => one.Right is not null);
        string[] headings =
            ["trajectory", "answer", .. trajectory.RewardParts.Select(part => part.Name), "reward", "advantage"];
        yield return new XElement("h4", "The group: what all trajectories of this problem came to");
        yield return new XElement(
            "div",
            new XAttribute("class", "wide"),
            new XElement(
                "table",
                new XAttribute("class", "group"),
                new XElement("thead", new XElement(
                    "tr",
                    headings.Select(heading => new XElement("th", heading)),
                    isLabelled ? new XElement("th", "right") : null)),
                new XElement("tbody", group.Select((one, i) => new XElement(
                    "tr",
                    new XElement("td", i == 0 ? "1 (above)" : (i + 1).ToString(CultureInfo.InvariantCulture)),
                    new XElement("td", AnswerOf(one.Answer)),
                    trajectory.RewardParts.Select(part => new XElement(
                        "td", Number(i < part.Values.Count ? part.Values[i] : null))),
                    new XElement("td", Number(one.Reward)),
                    new XElement("td", Number(one.Advantage)),
                    isLabelled ? new XElement("td", one.Right is bool right ? (right ? "yes" : "no") : "–") : null)))));
        if (trajectory.RewardFormula.Length > 0)
        {
            yield return new XElement(
                "p", new XAttribute("class", "note"), $"What the rule pays: {trajectory.RewardFormula}.");
        }
    }

    private static string Number(double? value) => value is double number ? Metric.RewardMean.Format(number) : "–";

    private static XElement AnswerOf(string? answer) =>
        answer is null ? new XElement("em", "none") : new XElement("code", answer);

    private static XElement TextBlock(params object[] content) =>
        new("div", new XAttribute("class", "text"), content);
}
