using Retrace.Runs;

namespace Retrace.Training.Origins;

/// <summary>A difference between what a run began with and what it is resumed with.</summary>
/// <param name="Aspect">What it is.</param>
/// <param name="Sentence">A clause that says how the two differ.</param>
/// <param name="From">What the run began with, in short.</param>
/// <param name="To">What is given now, in short.</param>
internal sealed record OriginDifference(RunAspect Aspect, string Sentence, string From, string To)
{
    /// <summary>
    /// The differences, in the order of <see cref="RunAspect"/>; paths do not count, as folders move.
    /// </summary>
    /// <param name="began">What the run began with.</param>
    /// <param name="given">What it is to go on with.</param>
    public static IReadOnlyList<OriginDifference> Between(RunOrigin began, RunOrigin given) =>
    [
        .. new[]
        {
            OfModel(began.Model, given.Model),
            OfData(began.Data, given.Data),
            OfText(RunAspect.Library, "this is Retrace", began.Library, given.Library),
            OfText(RunAspect.LibTorch, "this is libtorch", began.LibTorch, given.LibTorch),
            OfText(RunAspect.Device, "the device is", began.Device, given.Device),
            OfText(RunAspect.InstructionSet, "the instruction set is", began.InstructionSet, given.InstructionSet),
        }.OfType<OriginDifference>(),
    ];

    /// <summary>The difference between two models; null where all files are the same.</summary>
    public static OriginDifference? OfModel(ModelOrigin began, ModelOrigin given)
    {
        string[] files = [.. began.Files.Keys.Union(given.Files.Keys).Order(StringComparer.Ordinal)];
        string[] different =
            [.. files.Where(file => began.Files.GetValueOrDefault(file) != given.Files.GetValueOrDefault(file))];
        if (different.Length == 0)
        {
            return null;
        }
        // Weights first: they tell more than a tokenizer's file does.
        string file =
            different.FirstOrDefault(name => name.EndsWith(".safetensors", StringComparison.Ordinal)) ?? different[0];
        string how = !given.Files.ContainsKey(file) ? $"has no {file}"
            : !began.Files.ContainsKey(file) ? $"has a {file} besides"
            : $"has another {file}";
        string sentence = given.Path == began.Path
            ? $"the model in {given.Path} has changed since: it {how}"
            : $"the model in {given.Path} is not that of {began.Path}: it {how}";
        return new OriginDifference(RunAspect.Model, sentence, began.Path, given.Path);
    }

    /// <summary>The difference between two data sets; null where the problems and their order are the same.</summary>
    public static OriginDifference? OfData(DataOrigin began, DataOrigin given)
    {
        if (began.Order == given.Order)
        {
            return null;
        }
        string others = given.Path == began.Path ? "before" : $"in {began.Path}";
        string sentence = began.Content == given.Content
                ? $"{given.Path} holds the problems in another order than {others}"
            : began.Problems != given.Problems
                ? $"{given.Path} holds {given.Problems} problems, and {began.Problems} were {others}"
            : $"{given.Path} holds other problems, images or labels than {others}";
        return new OriginDifference(
            RunAspect.Data,
            sentence,
            $"{began.Path} ({began.Problems} problems, {began.Order[..12]})",
            $"{given.Path} ({given.Problems} problems, {given.Order[..12]})");
    }

    private static OriginDifference? OfText(RunAspect aspect, string what, string? began, string? given) =>
        began == given
            ? null
            : new OriginDifference(
                aspect,
                $"{what} {given ?? "unknown"}, and it was {began ?? "unknown"}",
                began ?? "unknown",
                given ?? "unknown");
}
