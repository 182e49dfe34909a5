using Retrace.Models.Images;
using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen;

/// <summary>
/// Three-axis positions (time, height, width) of a token sequence: text advances all three together, an image's tokens
/// spread over its merged grid. Source: get_rope_index of the public implementation.
/// </summary>
/// <remarks>
/// Placeholders behind the last image are text: a model can sample them like any other token, and they are read as
/// such.
/// </remarks>
internal static class ImagePositions
{
    /// <summary>Positions of a sequence's tokens on three axes.</summary>
    /// <param name="tokens">The sequence, image placeholders expanded.</param>
    /// <param name="grids">The images' patch grids in order of appearance.</param>
    /// <param name="imagePad">The placeholder's id.</param>
    /// <param name="mergeSize">Patches merged along each side into one token.</param>
    /// <exception cref="BadInputException">An image lacks its placeholders.</exception>
    public static TokenPositions Of(
        ReadOnlySpan<int> tokens, IReadOnlyList<ImageGrid> grids, int imagePad, int mergeSize)
    {
        int[] time = new int[tokens.Length];
        int[] height = new int[tokens.Length];
        int[] width = new int[tokens.Length];
        var imageTokens = new List<int>();
        int position = 0;
        int image = 0;
        for (int i = 0; i < tokens.Length;)
        {
            if (tokens[i] != imagePad || image == grids.Count)
            {
                time[i] = height[i] = width[i] = position++;
                i++;
                continue;
            }
            ImageGrid grid = grids[image++];
            int rows = grid.Height / mergeSize;
            int columns = grid.Width / mergeSize;
            int count = grid.Temporal * rows * columns;
            if (i + count > tokens.Length || tokens.Slice(i, count).ContainsAnyExcept(imagePad))
            {
                throw new BadInputException($"Image {image} of the prompt needs {count} image tokens in one run.");
            }
            for (int token = 0; token < count; token++, i++)
            {
                // A still image has no extent in time: all its tokens share the first time step.
                time[i] = position;
                height[i] = position + (token / columns % rows);
                width[i] = position + (token % columns);
                imageTokens.Add(i);
            }
            position += Math.Max(rows, columns);
        }
        if (image != grids.Count)
        {
            throw new BadInputException($"The prompt holds tokens for {image} of its {grids.Count} images.");
        }
        return new TokenPositions([time, height, width], imageTokens, position);
    }
}
