using Retrace.Models.Text;

namespace Retrace.Training.Evolution;

/// <summary>The texts of single tokens, each decoded once.</summary>
internal sealed class TokenTexts(Tokenizer tokenizer)
{
    private readonly Dictionary<int, string> _texts = [];

    /// <summary>The token's text; that of a part of a character is a placeholder.</summary>
    public string Of(int token)
    {
        if (!_texts.TryGetValue(token, out string? text))
        {
            text = tokenizer.Decode([token]);
            _texts.Add(token, text);
        }
        return text;
    }
}
