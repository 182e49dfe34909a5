using Retrace.Answers;
using Retrace.Data.Json;
using Retrace.Data.Published;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>
/// We-Math, testmini: 525 problems of two or three steps, each asked as a whole and step by step, with lettered choices;
/// <see cref="FourDimensionalMetric"/>.
/// </summary>
/// <remarks>
/// Qiao et al. 2024, arXiv 2407.01284; data at We-Math/We-Math. Fields: ID, key, question, option, answer, image_path,
/// knowledge concept. Where knowledge_structure_nodes.json lies beside the file, one-step problems have the domain that
/// it gives their concept, too. The authors average a domain over its concepts, we over its problems.
/// </remarks>
internal static class WeMath
{
    private const string Nodes = "knowledge_structure_nodes.json";

    public static Benchmark Benchmark { get; } = new(
        new PublishedSet(
            "we-math",
            "We-Math, testmini",
            "Qiao et al. 2024, arXiv 2407.01284",
            [
                PublishedFiles.OnHub("We-Math/We-Math", "", "testmini*.parquet"),
                PublishedFiles.OnGitHub("We-Math/We-Math", "testmini.json"),
            ],
            Records: 1740),
        ReaderOf,
        new FourDimensionalMetric());

    /// <summary>The steps of a composite problem by its ID, such as "3steps_17".</summary>
    public static int StepsOf(string id) => id is ['2' or '3', ..]
        ? id[0] - '0'
        : throw new UnusableRecordException($"its ID, {id}, does not start with its number of steps, 2 or 3");

    private static Func<IDataRecord, BenchmarkItem> ReaderOf(string file)
    {
        string nodes = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, Nodes);
        Dictionary<string, string> domains = [];
        if (File.Exists(nodes))
        {
            JsonDocumentFile.Read(nodes, node =>
            {
                // A node's path from the root; its last part is the concept.
                if (node.Text("full node") is string path && node.Text("root2") is string domain)
                {
                    domains[path.Split('_')[^1]] = domain;
                }
            });
        }
        return record => Read(record, domains);
    }

    private static BenchmarkItem Read(IDataRecord record, Dictionary<string, string> domains)
    {
        string group = record.Required("ID");
        int steps = StepsOf(group);
        string part = record.Required("key").Split('_')[^1]; // "2steps_1" or "2steps_multi"
        string option = record.Required("option");
        string? concept = record.Text("knowledge concept");
        bool isComposite = part == FourDimensionalMetric.Composite;
        string kind = !isComposite ? "one-step" : steps == 2 ? "two-step" : "three-step";
        string id = $"{group}/{part}";
        return new BenchmarkItem(
            new Problem(
                id,
                $"{record.Required("question")}\n{option}{AnswerForm.Letter}",
                record.RequiredImages("image_path", id),
                kind),
            new AnswerKey(record.Required("answer"), new ChoiceEquivalence(Choices.In(option))),
            RecordFields.Categories(
                ("steps", kind),
                ("domain", isComposite || concept is null ? null : domains.GetValueOrDefault(concept)),
                ("concept", isComposite ? null : concept)),
            group,
            part);
    }
}
