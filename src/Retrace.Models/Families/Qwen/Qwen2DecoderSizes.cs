using Retrace.Models.Network;

namespace Retrace.Models.Families.Qwen;

/// <summary>Sizes of Qwen2's decoder.</summary>
internal static class Qwen2DecoderSizes
{
    /// <summary>That of a model of about two million weights; the vocabulary's size is the tokenizer's.</summary>
    public static TextConfig Tiny { get; } = new(
        VocabularySize: 0,
        HiddenSize: 128,
        IntermediateSize: 384,
        Layers: 4,
        Heads: 4,
        KeyValueHeads: 2,
        NormEpsilon: 1e-6,
        RopeTheta: 10000,
        RopeAxes: Rotary.AxesInSections(4, 6, 6),
        MaxPositions: 2048,
        TieWordEmbeddings: true);

    /// <summary>The decoder's sizes in a published model.</summary>
    public static TextConfig Of(
        int vocabulary, int hidden, int mlp, int layers, int heads, int kv, bool tied, int positions) => new(
            vocabulary,
            hidden,
            IntermediateSize: mlp,
            layers,
            heads,
            KeyValueHeads: kv,
            NormEpsilon: 1e-6,
            RopeTheta: 1e6,
            RopeAxes: Rotary.AxesInSections(16, 24, 24),
            MaxPositions: positions,
            tied);
}
