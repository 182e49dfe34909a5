using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Retrace.Models.Text;

/// <summary>A byte-level BPE tokenizer in the hub's files: text to token ids and back.</summary>
public sealed class Tokenizer
{
    private readonly BpeTokenizer _merger;
    private readonly Dictionary<string, int> _idOf;
    private readonly byte[]?[] _bytesOf;
    private readonly Dictionary<string, int> _addedTokens;
    private readonly Regex? _addedTokenPattern;
    private readonly HashSet<int> _specialIds;

    private Tokenizer(TokenizerFiles files, TokenizerRules rules)
    {
        _merger = BpeTokenizer.Create(new BpeOptions(files.Vocabulary)
        {
            Merges = files.Merges.Select(merge => $"{merge.Left} {merge.Right}"),
            PreTokenizer = rules,
            ByteLevel = true,
        });
        _idOf = new Dictionary<string, int>(files.Vocabulary);
        _addedTokens = files.AddedTokens.ToDictionary(token => token.Content, token => token.Id);
        _addedTokenPattern = AddedToken.PatternOfAny(_addedTokens.Keys);
        _specialIds = [.. files.AddedTokens.Where(token => token.Special).Select(token => token.Id)];
        int largestId = files.Vocabulary.Values.Concat(_addedTokens.Values).Max();
        _bytesOf = new byte[largestId + 1][];
        foreach ((string token, int id) in files.Vocabulary)
        {
            // A vocabulary may hold text that is no byte sequence in the alphabet; it then stands for itself.
            _bytesOf[id] = ByteAlphabet.Decode(token) ?? Encoding.UTF8.GetBytes(token);
        }
        foreach ((string token, int id) in _addedTokens)
        {
            _idOf[token] = id;
            _bytesOf[id] = Encoding.UTF8.GetBytes(token);
        }
    }

    /// <summary>
    /// One more than the largest id. A model's embedding may have more rows, which no text uses.
    /// </summary>
    public int VocabularySize => _bytesOf.Length;

    /// <summary>
    /// Reads <c>tokenizer.json</c>, or <c>vocab.json</c> and <c>merges.txt</c> with <c>tokenizer_config.json</c> and
    /// <c>added_tokens.json</c> for the special tokens.
    /// </summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="rules">How the model's family cuts text.</param>
    /// <exception cref="BadInputException">
    /// The files are missing or broken, or describe another kind of tokenizer than a byte-level BPE with these rules.
    /// </exception>
    public static Tokenizer Load(string directory, TokenizerRules rules) =>
        new(TokenizerFiles.Read(directory, rules), rules);

    /// <summary>
    /// The ids of the text. Special tokens written in it become their ids; the rest is normalised to NFC, split and
    /// merged. Lone surrogates count as U+FFFD.
    /// </summary>
    public int[] Encode(string text)
    {
        var ids = new List<int>();
        int start = 0;
        if (_addedTokenPattern is not null)
        {
            foreach (ValueMatch match in _addedTokenPattern.EnumerateMatches(text))
            {
                EncodePlain(text[start..match.Index], ids);
                ids.Add(_addedTokens[text.Substring(match.Index, match.Length)]);
                start = match.Index + match.Length;
            }
        }
        EncodePlain(text[start..], ids);
        return [.. ids];
    }

    /// <summary>
    /// The text of the ids: their bytes, one after another, read as UTF-8. Bytes that are no UTF-8 become U+FFFD, and
    /// ids that no token has (a model's embedding may have spare rows) are left out.
    /// </summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecial">Whether to leave out special tokens such as <c>&lt;|im_end|&gt;</c>.</param>
    public string Decode(IEnumerable<int> ids, bool skipSpecial = true)
    {
        var bytes = new MemoryStream();
        foreach (int id in ids)
        {
            if (!skipSpecial || !IsSpecial(id))
            {
                bytes.Write(TokenBytes(id));
            }
        }
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>Whether the token is one such as <c>&lt;|im_end|&gt;</c>, which stands for no text.</summary>
    public bool IsSpecial(int id) => _specialIds.Contains(id);

    /// <summary>The bytes a token stands for; none if no token has the id.</summary>
    public byte[] TokenBytes(int id) => (uint)id < (uint)_bytesOf.Length ? _bytesOf[id] ?? [] : [];

    /// <summary>The id of a special token, or of a token of the vocabulary in its byte alphabet.</summary>
    public int? IdOf(string token) => _idOf.TryGetValue(token, out int id) ? id : null;

    private void EncodePlain(string text, List<int> ids)
    {
        if (text.Length > 0)
        {
            ids.AddRange(_merger.EncodeToIds(
                CanonicalNormalization.Compose(text), considerPreTokenization: true, considerNormalization: false));
        }
    }
}
