using Retrace.Configuration;
using Retrace.Images;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;
using Retrace.Problems;

namespace Retrace.Training.Prompts;

/// <summary>Encodes problems as prompts, and finds those that cannot be used.</summary>
/// <param name="tokenizer">
/// Returns the model's tokenizer when text is encoded, since a model without one can still be loaded.
/// </param>
/// <param name="images">The model's image processor.</param>
/// <param name="config">The model's configuration, whose family defines the chat template.</param>
/// <param name="settings">The instruction to append and the maximum length of a prompt.</param>
public sealed class ProblemPreparation(
    Func<Tokenizer> tokenizer, ImageProcessor images, ModelConfig config, DataSettings settings)
{
    /// <summary>Creates the preparation for a loaded model.</summary>
    public ProblemPreparation(VisionLanguageModel model, DataSettings settings)
        : this(() => model.Tokenizer, model.Images, model.Network.Config, settings)
    {
    }

    /// <summary>The instruction to append and the maximum length of a prompt.</summary>
    public DataSettings Settings => settings;

    /// <summary>Separates the problems that can be used from those that cannot, and says why not.</summary>
    /// <remarks>Decodes every image once, so that a broken one is found before training.</remarks>
    /// <returns>The usable problems, the skipped ones, and the largest prompt size.</returns>
    /// <exception cref="BadInputException">A prompt is too long and <c>data.filter</c> is off.</exception>
    public (IReadOnlyList<Problem> Usable, IReadOnlyList<SkippedProblem> Skipped, PromptSize Largest) Screen(
        IReadOnlyList<Problem> problems, CancellationToken cancellation)
    {
        var faults = new Fault?[problems.Count];
        var sizes = new PromptSize[problems.Count];
        Parallel.For(0, problems.Count, new ParallelOptions { CancellationToken = cancellation }, i =>
            faults[i] = FaultOf(problems[i], out sizes[i]));
        if (!settings.Filter && Array.FindIndex(faults, fault => fault is { IsLength: true }) is >= 0 and int first)
        {
            throw new BadInputException(
                $"Problem {problems[first].Id} cannot be used: {faults[first]!.Reason}; data.filter would leave it out.");
        }
        return (
            [.. problems.Where((_, i) => faults[i] is null)],
            [.. problems.Index().Where(pair => faults[pair.Index] is not null)
                .Select(pair => new SkippedProblem(pair.Item.Id, faults[pair.Index]!.Reason))],
            sizes.Where((_, i) => faults[i] is null).Aggregate(default(PromptSize), PromptSize.Larger));
    }

    /// <summary>Decodes the images and encodes the prompt.</summary>
    /// <exception cref="BadInputException">
    /// An image cannot be decoded, or the question itself holds image tokens.
    /// </exception>
    public PreparedProblem Prepare(Problem problem)
    {
        PixelImage[] pixels = [.. problem.Images.Select(Decode)];
        ProcessedImage[] processed = [.. pixels.Select(images.Process)];
        return new PreparedProblem(
            problem, pixels, processed, Encode(problem.Question, [.. processed.Select(image => image.Grid)]));
    }

    /// <summary>The size of a problem's prompt.</summary>
    /// <exception cref="BadInputException">As for <see cref="Prepare"/>.</exception>
    public PromptSize SizeOf(Problem problem)
    {
        ImageGrid[] grids =
        [
            .. problem.Images.Select(Decode).Select(pixels => images.GridOf(pixels.Width, pixels.Height)),
        ];
        return new PromptSize(
            Encode(problem.Question, grids).Length, grids.Sum(grid => grid.TokenCount(images.Config.MergeSize)));
    }

    /// <summary>Encodes the prompt of a question, with each image's placeholder repeated for all its tokens.</summary>
    /// <exception cref="BadInputException">
    /// The question itself holds image tokens, or has more places for images than there are images.
    /// </exception>
    public int[] Encode(string question, IReadOnlyList<ImageGrid> grids)
    {
        int[] ids = tokenizer().Encode(config.Chat.Prompt(question + settings.Instruction, grids.Count));
        return config.ExpandImages(ids, grids);
    }

    private Fault? FaultOf(Problem problem, out PromptSize size)
    {
        size = default;
        try
        {
            size = SizeOf(problem);
            return size.Tokens <= settings.MaxPromptTokens
                ? null
                : new Fault(
                    $"its prompt has {size.Tokens} tokens, more than data.max_prompt_tokens, {settings.MaxPromptTokens}",
                    IsLength: true);
        }
        catch (BadInputException error)
        {
            return new Fault(error.Message, IsLength: false);
        }
    }

    /// <exception cref="BadInputException">The image cannot be read or decoded.</exception>
    internal static PixelImage Decode(ProblemImage image) => ImageDecoder.Decode(image.ReadBytes(), image.Name);

    private sealed record Fault(string Reason, bool IsLength);
}
