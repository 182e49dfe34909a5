using Retrace.Models.Images;
using Retrace.Models.Network;

namespace Retrace.Training.Rollouts;

/// <summary>
/// Features of the requests' images. Each image is encoded once, when it is first needed, and its features are kept
/// until the last request that shows it has been prefilled.
/// </summary>
/// <param name="network">The network that encodes images.</param>
/// <param name="parts">All requests that will be prefilled.</param>
internal sealed class SharedImageFeatures(VisionLanguageNetwork network, IEnumerable<RolloutPart> parts) : IDisposable
{
    private readonly Dictionary<ProcessedImage, ImageFeatures> _held = [];
    private readonly Dictionary<ProcessedImage, int> _toBeShown =
        parts.SelectMany(part => part.Request.Images).CountBy(image => image).ToDictionary();

    /// <summary>
    /// The distinct images of parts that are prefilled together, and their features; null if there are no images.
    /// </summary>
    public (ProcessedImage[] Images, ImageFeatures? Features) Of(IReadOnlyList<RolloutPart> parts)
    {
        Dictionary<ProcessedImage, int> shown =
            parts.SelectMany(part => part.Request.Images).CountBy(image => image).ToDictionary();
        ProcessedImage[] images = [.. shown.Keys];
        if (images.Length == 0)
        {
            return (images, null);
        }
        Encode([.. images.Where(image => !_held.ContainsKey(image))]);
        ImageFeatures features = ImageFeatures.Join([.. images.Select(image => _held[image])]);
        foreach (ProcessedImage image in images)
        {
            _toBeShown[image] -= shown[image];
            if (_toBeShown[image] == 0)
            {
                _held.Remove(image, out ImageFeatures? done);
                done!.Dispose();
            }
        }
        return (images, features);
    }

    public void Dispose()
    {
        foreach (ImageFeatures features in _held.Values)
        {
            features.Dispose();
        }
    }

    private void Encode(ProcessedImage[] images)
    {
        if (images.Length == 0)
        {
            return;
        }
        using ImageFeatures encoded = network.EncodeImages(images);
        foreach ((int place, ProcessedImage image) in images.Index())
        {
            _held.Add(image, encoded.CopyOf(place).DetachFromDisposeScope());
        }
    }
}
