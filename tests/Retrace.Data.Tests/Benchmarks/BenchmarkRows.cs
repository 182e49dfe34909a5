using Retrace.Testing;

namespace Retrace.Data.Tests.Benchmarks;

/// <summary>Rows as the benchmarks publish them, with all that no test is about filled in.</summary>
internal static class BenchmarkRows
{
    public static readonly StoredImage Picture = new() { bytes = TinyImages.Png, path = "p.png" };

    public static MathVistaRow Vista(
        string pid, string query, string answer, string type, double? precision = null, List<string>? choices = null) =>
        new()
        {
            pid = pid,
            query = query,
            question = "?",
            image = $"images/{pid}.jpg",
            decoded_image = Picture,
            choices = choices,
            precision = precision,
            answer = answer,
            question_type = choices is null ? "free_form" : "multi_choice",
            answer_type = type,
            metadata = new MathVistaMetadata
            {
                task = "figure question answering",
                context = "bar chart",
                grade = "daily life",
                category = "general-vqa",
                source = "DVQA",
                language = "english",
                skills = ["arithmetic reasoning", "numeric commonsense"],
                split = "testmini",
            },
        };

    public static MathVerseRow Verse(
        string index, string version, string question, string full, string answer, string type) => new()
        {
            sample_index = index,
            problem_index = type == "free-form" ? "2" : "1",
            problem_version = version,
            question = question,
            question_for_eval = full,
            query_wo = $"Answer: {index}",
            query_cot = $"First reason, then answer: {index}",
            image = Picture,
            answer = answer,
            question_type = type,
            metadata = new MathVerseMetadata { subject = "Plane Geometry", subfield = "Angle" },
        };

    public static DynaMathRow Dyna(string id, string question, string answer, string type) => new()
    {
        id = id,
        question = question,
        decoded_image = Picture,
        ground_truth = answer,
        answer_type = type,
        subject = "analytic geometry",
        knowledge_level = "high school",
    };

    public static Dictionary<string, object> Step(string key, string image, string concept, string answer) => new()
    {
        ["ID"] = "2steps_1",
        ["split"] = "testmini",
        ["knowledge concept"] = concept,
        ["question"] = "How long?",
        ["option"] = "A. 3;B. 4; E. No correct answer",
        ["answer"] = answer,
        ["image_path"] = $"2steps/image/{image}",
        ["key"] = key,
        ["question number"] = 1,
        ["knowledge concept description"] = "…",
    };
}
