namespace Retrace.Models.Images;

/// <summary>An image ready for the vision tower.</summary>
/// <param name="Grid">Size in patches.</param>
/// <param name="Patches">[t·h·w, channels·temporal·patch·patch], flattened.</param>
public sealed record ProcessedImage(ImageGrid Grid, float[] Patches);
