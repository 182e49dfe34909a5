using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>On which side shorter sequences of a batch are filled up.</summary>
public enum PaddingSide
{
    /// <summary>For generation: the last tokens of all sequences stand in one column.</summary>
    Left,

    /// <summary>For training and scoring: causal attention keeps padding out of sight by itself.</summary>
    Right,
}

/// <summary>Sequences of different lengths and images as the tensors of one forward pass.</summary>
/// <param name="Tokens">[B, T]</param>
/// <param name="Positions">[axes, B, T]</param>
/// <param name="ImagePlaces">[image tokens of the batch], flat indices b·T + t; null without images.</param>
/// <param name="ImageRows">[image tokens of the batch], their rows of the image features; null without images.</param>
/// <param name="Mask">Bool [B, 1, T, T], true where attended; null where plain causal attention does.</param>
/// <param name="NextPositions">
/// The position of the token that would follow each sequence, or begin another of its branches. [B]
/// </param>
/// <param name="Lengths">Tokens of each sequence without padding. [B]</param>
public sealed record SequenceBatch(
    Tensor Tokens,
    Tensor Positions,
    Tensor? ImagePlaces,
    Tensor? ImageRows,
    Tensor? Mask,
    IReadOnlyList<int> NextPositions,
    IReadOnlyList<int> Lengths) : IDisposable
{
    /// <summary>Pads sequences to one length and stacks them.</summary>
    /// <param name="config">The model's: its family says where tokens stand.</param>
    /// <param name="sequences">[B]</param>
    /// <param name="images">What the sequences' image indices point into; null when they have none.</param>
    /// <param name="side">Where padding goes; to the right where sequences have branches.</param>
    /// <param name="device">Where the tensors go.</param>
    /// <exception cref="BadInputException">A sequence lacks tokens of one of its images.</exception>
    public static SequenceBatch Of(
        ModelConfig config,
        IReadOnlyList<TokenSequence> sequences,
        ImageFeatures? images,
        PaddingSide side,
        Device device)
    {
        int rows = sequences.Count;
        int width = sequences.Max(sequence => sequence.Tokens.Length);
        long[] tokens = new long[rows * width];
        Array.Fill(tokens, config.Tokens.EndOfText);
        TokenPositions[] stems = [.. sequences.Select(StemOf)];
        int axes = stems[0].Axes.Count;
        long[] positions = new long[axes * rows * width];
        int[] nextPositions = new int[rows];
        var imagePlaces = new List<long>();
        var imageRows = new List<long>();
        for (int row = 0; row < rows; row++)
        {
            (int[] ids, IReadOnlyList<int> imageIndices) = sequences[row];
            TokenPositions stem = stems[row];
            nextPositions[row] = stem.Next;
            int start = (row * width) + (side == PaddingSide.Left ? width - ids.Length : 0);
            for (int i = 0; i < ids.Length; i++)
            {
                tokens[start + i] = ids[i];
            }
            for (int axis = 0; axis < axes; axis++)
            {
                int place = (axis * rows * width) + start;
                foreach (int position in stem.Axes[axis])
                {
                    positions[place++] = position;
                }
                foreach (int branch in sequences[row].Branches)
                {
                    for (int i = 0; i < branch; i++)
                    {
                        positions[place++] = stem.Next + i;
                    }
                }
            }
            imagePlaces.AddRange(stem.ImageTokens.Select(token => (long)(start + token)));
            foreach (int image in imageIndices)
            {
                int count = images!.Grids[image].TokenCount(config.Vision.MergeSize);
                for (int i = 0; i < count; i++)
                {
                    imageRows.Add(images.FirstRows[image] + i);
                }
            }
        }
        int[] lengths = [.. sequences.Select(sequence => sequence.Tokens.Length)];
        bool padded = lengths.Any(length => length != width);
        return new SequenceBatch(
            tensor(tokens, [rows, width], device: device),
            tensor(positions, [axes, rows, width], device: device),
            imagePlaces.Count > 0 ? tensor(imagePlaces.ToArray(), device: device) : null,
            imageRows.Count > 0 ? tensor(imageRows.ToArray(), device: device) : null,
            MaskOf(),
            nextPositions,
            lengths);

        // Of what stands before the branches.
        TokenPositions StemOf(TokenSequence sequence) => config.Family.PositionsOf(
            config,
            sequence.Tokens.AsSpan(0, sequence.Tokens.Length - sequence.Branches.Sum()),
            [.. sequence.Images.Select(image => images!.Grids[image])]);

        Tensor? MaskOf() => side switch
        {
            PaddingSide.Left when padded => LeftPaddedMask(lengths, width, device),
            PaddingSide.Right when sequences.Any(sequence => sequence.Branches.Count > 0) =>
                BranchedMask(sequences, width, device),
            _ => null,
        };
    }

    /// <summary>Bytes of the mask of rows with branches: Boolean, and to be added to attention's scores.</summary>
    /// <param name="rows">B</param>
    /// <param name="width">T</param>
    /// <param name="elementSize">Bytes of an activation.</param>
    public static long BytesOfMask(long rows, long width, long elementSize) => rows * width * width * (1 + elementSize);

    public void Dispose()
    {
        Tokens.Dispose();
        Positions.Dispose();
        ImagePlaces?.Dispose();
        ImageRows?.Dispose();
        Mask?.Dispose();
    }

    // Causal, and blind to padding; a padding token sees itself, since attention over nothing is not a number.
    private static Tensor LeftPaddedMask(int[] lengths, int width, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor place = tensor(Enumerable.Range(0, width).Select(i => (long)i).ToArray(), device: device); // [T]
        Tensor firstReal = tensor(lengths.Select(length => (long)(width - length)).ToArray(), device: device);
        Tensor causal = place.unsqueeze(1).ge(place);                        // [T, T]
        Tensor real = place.ge(firstReal.unsqueeze(1)).view(-1, 1, 1, width); // [B, 1, 1, T]
        Tensor self = place.unsqueeze(1).eq(place);
        return real.bitwise_and(causal).bitwise_or(self).MoveToOuterDisposeScope();
    }

    // Causal, and blind to other branches. Padding at the end is of no branch, and out of sight by being last.
    private static Tensor BranchedMask(IReadOnlyList<TokenSequence> sequences, int width, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] branches = new long[sequences.Count * width]; // 0 before the branches; they count from 1.
        for (int row = 0; row < sequences.Count; row++)
        {
            int start = (row * width) + sequences[row].Tokens.Length - sequences[row].Branches.Sum();
            foreach ((int number, int length) in sequences[row].Branches.Index())
            {
                branches.AsSpan(start, length).Fill(number + 1);
                start += length;
            }
        }
        Tensor place = tensor(Enumerable.Range(0, width).Select(i => (long)i).ToArray(), device: device); // [T]
        Tensor causal = place.unsqueeze(1).ge(place);                                            // [T, T]
        Tensor branch = tensor(branches, [sequences.Count, 1, 1, width], device: device);        // [B, 1, 1, T]
        using Scalar none = 0;
        Tensor seen = branch.eq(none).bitwise_or(branch.transpose(2, 3).eq(branch));             // [B, 1, T, T]
        return seen.bitwise_and(causal).MoveToOuterDisposeScope();
    }
}
