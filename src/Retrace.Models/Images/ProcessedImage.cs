namespace Retrace.Models.Images;

/// <summary>An image as the vision tower reads it.</summary>
/// <param name="Grid">How the patches lie in the image.</param>
/// <param name="Patches">
/// [t·h·w, channels·temporal·patch·patch], normalised. The rows run over the merged squares row by row, and within a
/// square over its patches row by row, so that the merger joins neighbouring rows.
/// </param>
public sealed record ProcessedImage(ImageGrid Grid, float[] Patches);
