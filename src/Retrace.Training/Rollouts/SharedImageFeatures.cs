using Retrace.Models.Images;
using Retrace.Models.Qwen;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Rollouts;

/// <summary>
/// Features of the images that requests show: each image is encoded once, when it is first needed, and held until the
/// last request that shows it has been read.
/// </summary>
/// <param name="model">Encodes.</param>
/// <param name="parts">All that will be read.</param>
internal sealed class SharedImageFeatures(QwenModel model, IEnumerable<RolloutPart> parts) : IDisposable
{
    private readonly Dictionary<ProcessedImage, Tensor> _held = []; // Each [image tokens, hidden].
    private readonly Dictionary<ProcessedImage, int> _toBeShown =
        parts.SelectMany(part => part.Request.Images).CountBy(image => image).ToDictionary();

    /// <summary>The images of parts that are read together, each once, and their features; null where there are none.</summary>
    public (ProcessedImage[] Images, ImageFeatures? Features) Of(IReadOnlyList<RolloutPart> parts)
    {
        Dictionary<ProcessedImage, int> shown =
            parts.SelectMany(part => part.Request.Images).CountBy(image => image).ToDictionary();
        ProcessedImage[] images = [.. shown.Keys];
        if (images.Length == 0)
        {
            return (images, null);
        }
        using DisposeScope scope = NewDisposeScope();
        Encode([.. images.Where(image => !_held.ContainsKey(image))]);
        Tensor rows = cat([.. images.Select(image => _held[image])]).MoveToOuterDisposeScope();
        var firstRows = new List<int>();
        int first = 0;
        foreach (ProcessedImage image in images)
        {
            firstRows.Add(first);
            first += (int)_held[image].shape[0];
            _toBeShown[image] -= shown[image];
            if (_toBeShown[image] == 0)
            {
                _held.Remove(image, out Tensor? done);
                done!.Dispose();
            }
        }
        return (images, new ImageFeatures(rows, [.. images.Select(image => image.Grid)], firstRows));
    }

    public void Dispose()
    {
        foreach (Tensor rows in _held.Values)
        {
            rows.Dispose();
        }
    }

    private void Encode(ProcessedImage[] images)
    {
        if (images.Length == 0)
        {
            return;
        }
        ImageFeatures encoded = model.EncodeImages(images);
        foreach ((ProcessedImage image, int first) in images.Zip(encoded.FirstRows))
        {
            // Copies, so that what is held of an image does not keep the others.
            using Tensor rows = encoded.Rows.narrow(0, first, image.Grid.TokenCount(model.Config.Vision.MergeSize));
            _held.Add(image, rows.clone().DetachFromDisposeScope());
        }
    }
}
