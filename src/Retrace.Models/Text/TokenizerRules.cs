using Microsoft.ML.Tokenizers;

namespace Retrace.Models.Text;

/// <summary>How a family's byte-level BPE cuts text into the pieces within which bytes are merged.</summary>
public abstract class TokenizerRules : PreTokenizer
{
    /// <summary>The name of the rules in messages.</summary>
    public abstract string Name { get; }

    /// <summary>The regular expression of the pieces, as <c>tokenizer.json</c> gives it.</summary>
    public abstract string Pattern { get; }

    /// <summary>The <c>tokenizer_class</c> in <c>tokenizer_config.json</c>, for the hub's tools.</summary>
    public abstract string TokenizerClass { get; }

    /// <summary>The places of a text's pieces, which together cover the whole text.</summary>
    public abstract IReadOnlyList<(int Offset, int Length)> Split(ReadOnlySpan<char> text);

    public sealed override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => Split(text);

    public sealed override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Split(text);
}
