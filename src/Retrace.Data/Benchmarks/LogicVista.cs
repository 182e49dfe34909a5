using Retrace.Answers;
using Retrace.Data.Published;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>
/// LogicVista: 448 visual questions of five reasoning skills, the choices mostly in the image. Right are exactly the
/// letters of the label, which may be several. The authors let a language model read the letters off a response.
/// </summary>
/// <remarks>
/// Xiao et al. 2024, arXiv 2407.04973; data/dataset.json with data/images in Yijia-Xiao/LogicVista. Fields: imagename,
/// question, answer, skill, broad_capability, specific_capability; its README calls the second last capability. The
/// record v1_382 is empty.
/// </remarks>
internal static class LogicVista
{
    public static Benchmark Benchmark { get; } = new(
        new PublishedSet(
            "logicvista",
            "LogicVista",
            "Xiao et al. 2024, arXiv 2407.04973",
            [PublishedFiles.OnGitHub("Yijia-Xiao/LogicVista", "dataset.json")],
            Records: 448),
        _ => Read);

    private static BenchmarkItem Read(IDataRecord record)
    {
        string id = record.Key!;
        string question = record.Required("question");
        IReadOnlyList<string> skills = record.List("skill");
        return new BenchmarkItem(
            new Problem(
                id,
                question + AnswerForm.Letters,
                record.RequiredImages("imagename", id, below: "images"),
                skills.Count > 0 ? skills[0] : null),
            new AnswerKey(record.Required("answer"), new ChoiceSetEquivalence(Choices.In(question))),
            [
                .. skills.Select(skill => ("skill", skill)),
                .. Capabilities(record).Select(capability => ("capability", capability)),
                .. record.List("specific_capability").Select(capability => ("specific capability", capability)),
            ]);
    }

    private static IReadOnlyList<string> Capabilities(IDataRecord record) =>
        record.List("broad_capability") is { Count: > 0 } broad ? broad : record.List("capability");
}
