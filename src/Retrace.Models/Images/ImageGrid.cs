namespace Retrace.Models.Images;

/// <summary>An image's size in patches: time steps, rows, columns.</summary>
public sealed record ImageGrid(int Temporal, int Height, int Width);
