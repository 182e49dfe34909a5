using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Images;
using Retrace.Models;
using Retrace.Training.Prompts;
using static TorchSharp.torch;

namespace Retrace.Testing;

/// <summary>The first problems that ship, as the model that ships is asked them.</summary>
internal static class ShippedProblems
{
    public static VisionLanguageModel LoadModel(string? folder = null, ScalarType type = ScalarType.Float32) =>
        VisionLanguageModel.Load(folder ?? Shipped.Model, type, CPU, maxPixels: 200704);

    public static PreparedProblem[] Prepare(VisionLanguageModel model, int count)
    {
        var preparation = new ProblemPreparation(model, Settings);
        return
        [
            .. ProblemSources.Open(Shipped.TrainingProblems).Read().Problems.Take(count).Select(preparation.Prepare),
        ];
    }

    public static DataSettings Settings { get; } = new();

    /// <summary>The image as it is, not as the vision tower sees it.</summary>
    public static string DataUrlOf(PreparedProblem problem) =>
        "data:image/png;base64," + Convert.ToBase64String(ImageDecoder.EncodePng(problem.Pixels[0]));
}
