using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Network;

namespace Retrace.Training.Evolution;

/// <summary>
/// Refuses a model other than that of <c>model.made_for</c>: a preset's learning rate, lengths and retracing rate are those of one
/// published model, and say nothing about another.
/// </summary>
internal static class IntendedModel
{
    /// <param name="settings">Name the published model, or none.</param>
    /// <param name="model">The model that is given.</param>
    /// <param name="folder">Its folder, for messages.</param>
    /// <exception cref="BadInputException">It is of another family or size, or no published model has that name.</exception>
    public static void Check(ModelSettings settings, ModelConfig model, string folder)
    {
        if (settings.MadeFor is not string intended)
        {
            return;
        }
        var published = ModelFamilies.All
            .SelectMany(family => family.PublishedSizes, (family, size) => (Family: family, Size: size)).ToList();
        if (!published.Exists(known => known.Size.Name == intended))
        {
            throw new BadInputException(
                $"model.made_for is \"{intended}\", but must be one of "
                + $"{string.Join(", ", published.Select(known => known.Size.Name))}, or null");
        }
        string? given = published.Find(known => known.Family == model.Family && IsOf(known.Size, model)).Size?.Name;
        if (given != intended)
        {
            throw new BadInputException(
                $"The settings are made for {intended} (model.made_for), but {folder} holds {given ?? Describe(model)}: give "
                + "settings for that model, or --set model.made_for=null to use these all the same");
        }
    }

    // Vocabulary, positions and tied weights are left out: those who train a model further may change them.
    private static bool IsOf(ModelSize size, ModelConfig model) =>
        Shape(size.Text) == Shape(model.Text) && size.Vision.Depth == model.Vision.Depth
        && size.Vision.HiddenSize == model.Vision.HiddenSize;

    private static (int, int, int, int, int) Shape(TextConfig text) =>
        (text.Layers, text.HiddenSize, text.IntermediateSize, text.Heads, text.KeyValueHeads);

    private static string Describe(ModelConfig model) =>
        $"a {model.Family.ModelType} with {model.Text.Layers} layers of {model.Text.HiddenSize}";
}
