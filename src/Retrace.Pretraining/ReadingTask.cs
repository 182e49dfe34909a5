using Retrace.Geometry;
using Retrace.Geometry.Figures;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Training.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Pretraining;

/// <summary>
/// Teaches the vision tower to read: which character lies in each patch is to be told from the image token that the
/// patch has become a part of. Without it the decoder has to find out by itself that images hold characters, which
/// takes longer than the whole of the rest.
/// </summary>
/// <remarks>The linear map that tells them belongs to the pretraining and does not ship.</remarks>
internal sealed class ReadingTask : IDisposable
{
    private const string Characters = "0123456789:ABCDEFGHKLMNPQRSTabrxyz";
    private const int Classes = 2 + 34; // Nothing, a character, another character.
    private const double CharacterWidth = 0.58; // In font sizes, about the same in all typefaces of the figures.
    private const float WeightOfNothing = 0.1f; // Most patches hold nothing.

    private readonly Parameters _map;
    private readonly Tensor _weight; // [patches a token · classes, hidden]
    private readonly Tensor _bias;
    private readonly int _patchesPerToken;

    public ReadingTask(VisionConfig vision, long seed)
    {
        _patchesPerToken = vision.MergeSize * vision.MergeSize;
        _map = new Parameters(ScalarType.Float32, CPU);
        _weight = _map.Declare("reading.weight", _patchesPerToken * Classes, vision.OutHiddenSize);
        _bias = _map.Declare("reading.bias", _patchesPerToken * Classes);
        using (no_grad())
        using (var generator = new Generator((ulong)seed, CPU))
        using (Scalar deviation = 0.05)
        using (Tensor values = randn(_weight.shape, device: CPU, generator: generator).mul_(deviation))
        {
            _weight.copy_(values);
            _bias.zero_();
        }
        _map.Train(_ => true);
        Optimizer = new AdamW(_map, weightDecay: 0);
    }

    /// <summary>The optimizer of the reading map; the model's weights have another.</summary>
    public AdamW Optimizer { get; }

    /// <summary>The map and its moments, for a checkpoint to write or to fill.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State =>
        _map.Names.Select(name => (name, _map[name])).Concat(Optimizer.State);

    /// <summary>
    /// [patches · classes] what each patch of a figure holds, as a distribution: uniform over its characters. In the
    /// order of the merged tokens and, within one, of its patches.
    /// </summary>
    public static float[] TargetsOf(FigureDescription figure, ImageGrid grid, ImageProcessorConfig images)
    {
        double scale = (double)grid.Width * images.PatchSize / figure.Width;
        float[] targets = new float[grid.PatchCount * Classes];
        foreach (FigureText text in figure.Texts)
        {
            for (int i = 0; i < text.Value.Length; i++)
            {
                double x = text.X + ((i - ((text.Value.Length - 1) / 2.0)) * CharacterWidth * text.Size);
                int column = Math.Clamp((int)(x * scale / images.PatchSize), 0, grid.Width - 1);
                int row = Math.Clamp((int)(text.Y * scale / images.PatchSize), 0, grid.Height - 1);
                int known = Characters.IndexOf(text.Value[i], StringComparison.Ordinal);
                targets[(PlaceOf(row, column, grid, images.MergeSize) * Classes)
                    + (known < 0 ? Classes - 1 : 1 + known)] += 1;
            }
        }
        for (int patch = 0; patch < grid.PatchCount; patch++)
        {
            Span<float> target = targets.AsSpan(patch * Classes, Classes);
            float count = 0;
            foreach (float share in target)
            {
                count += share;
            }
            target[0] = count == 0 ? 1 : 0;
            for (int i = 1; i < Classes && count > 0; i++)
            {
                target[i] /= count;
            }
        }
        return targets;
    }

    /// <summary>
    /// The cross-entropy summed over the patches, those that hold nothing counted less. Over <see cref="WeightOf"/> it
    /// is their mean.
    /// </summary>
    /// <param name="rows">The image features, [tokens, hidden], with gradient.</param>
    /// <param name="targets">Of all the images, one after another.</param>
    public Tensor SummedLoss(Tensor rows, float[] targets)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wanted = tensor(targets, [rows.shape[0] * _patchesPerToken, Classes], device: rows.device);
        Tensor logProbs = nn.functional.linear(rows, _weight, _bias).view(-1, Classes).log_softmax(-1);
        Tensor weights = tensor(WeightsOf(targets).ToArray(), device: rows.device);
        return ((wanted * logProbs).sum(-1) * weights).sum().neg().MoveToOuterDisposeScope();
    }

    /// <summary>The weight of all patches of several images.</summary>
    /// <param name="targets">The targets of each image.</param>
    public static float WeightOf(IEnumerable<float[]> targets) => targets.Sum(image => WeightsOf(image).Sum());

    public void Dispose()
    {
        Optimizer.Dispose();
        _map.Dispose();
    }

    private static IEnumerable<float> WeightsOf(float[] targets) => Enumerable.Range(0, targets.Length / Classes)
        .Select(patch => targets[patch * Classes] > 0 ? WeightOfNothing : 1);

    // Tokens row by row, and within a token its patches row by row.
    private static int PlaceOf(int row, int column, ImageGrid grid, int merge)
    {
        int token = (row / merge * (grid.Width / merge)) + (column / merge);
        return (token * merge * merge) + (row % merge * merge) + (column % merge);
    }
}
