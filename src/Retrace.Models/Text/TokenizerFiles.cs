using System.Globalization;
using Retrace.Files;
using Retrace.Models.Json;

namespace Retrace.Models.Text;

/// <summary>The content of a model folder's tokenizer files.</summary>
/// <param name="Vocabulary">Ids by token, in the byte alphabet.</param>
/// <param name="Merges">Pairs of tokens, the first to be merged first.</param>
/// <param name="AddedTokens">The tokens beside the vocabulary.</param>
internal sealed record TokenizerFiles(
    IReadOnlyDictionary<string, int> Vocabulary,
    IReadOnlyList<(string Left, string Right)> Merges,
    IReadOnlyList<AddedToken> AddedTokens)
{
    public const string Whole = "tokenizer.json";
    public const string VocabularyOnly = "vocab.json";
    public const string MergesOnly = "merges.txt";
    public const string Settings = "tokenizer_config.json";
    private const string AddedTokensOnly = "added_tokens.json";

    // Far above any real vocabulary; a larger id can only be an error, and a table of all ids must fit in memory.
    private const int MaximumId = 1 << 24;

    // They are looked for one by one at every place of a text.
    private const int MostAddedTokens = 10_000;

    private const long LargestMerges = 128 << 20; // Bytes.

    /// <exception cref="BadInputException">
    /// Neither <c>tokenizer.json</c> nor <c>vocab.json</c> with <c>merges.txt</c> can be read, or they do not describe
    /// a byte-level BPE with these rules.
    /// </exception>
    public static TokenizerFiles Read(string directory, TokenizerRules rules)
    {
        string whole = Path.Combine(directory, Whole);
        string vocabulary = Path.Combine(directory, VocabularyOnly);
        string merges = Path.Combine(directory, MergesOnly);
        TokenizerFiles files;
        string source;
        if (File.Exists(whole))
        {
            source = whole;
            files = JsonPart.Read(whole, root => FromWhole(root, rules));
        }
        else if (File.Exists(vocabulary) && File.Exists(merges))
        {
            source = vocabulary;
            files = ReadParts(directory, vocabulary, merges);
        }
        else
        {
            throw new BadInputException(
                $"The model folder {directory} holds no tokenizer; it should hold {Whole}, or {VocabularyOnly} and "
                + $"{MergesOnly}.");
        }
        files.Check(source);
        return files;
    }

    private static TokenizerFiles FromWhole(JsonPart root, TokenizerRules rules)
    {
        JsonPart model = root["model"];
        if (model.Find("type") is { } type && type.Text() != "BPE")
        {
            throw new BadInputException($"The tokenizer {root.File} is of type {type.Text()}; it should be BPE.");
        }
        if (!SplitsBy(rules, root["pre_tokenizer"]))
        {
            throw new BadInputException(
                $"The tokenizer {root.File} does not split text with the expression of {rules.Name}, the one "
                + "supported.");
        }
        if (!root["normalizer"].IsObject || root["normalizer"]["type"].Text() != "NFC")
        {
            throw new BadInputException(
                $"The tokenizer {root.File} does not normalise text to NFC, the form supported.");
        }
        return new TokenizerFiles(
            ReadVocabulary(model["vocab"]),
            [.. model["merges"].Items().Select(ReadMerge)],
            [.. root["added_tokens"].Items().Select(token => ReadAddedToken(token["id"].Integer(), token))]);
    }

    private static TokenizerFiles ReadParts(string directory, string vocabularyPath, string mergesPath)
    {
        IReadOnlyDictionary<string, int> vocabulary = JsonPart.Read(vocabularyPath, ReadVocabulary);
        string[] lines;
        try
        {
            lines = InputFile.ReadAllText(mergesPath, LargestMerges).Split(["\r\n", "\n"], StringSplitOptions.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The tokenizer file {mergesPath} cannot be read: {error.Message}", error);
        }
        (string Left, string Right)[] merges =
        [
            .. lines.Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))
                .Select(line => SplitMerge(line, mergesPath)),
        ];
        return new TokenizerFiles(vocabulary, merges, ReadAddedTokens(directory));
    }

    private static List<AddedToken> ReadAddedTokens(string directory)
    {
        var tokens = new List<AddedToken>();
        var specialNames = new HashSet<string>();
        string settings = Path.Combine(directory, Settings);
        if (File.Exists(settings))
        {
            tokens.AddRange(JsonPart.Read(settings, root => ReadSettings(root, specialNames)));
        }
        string addedPath = Path.Combine(directory, AddedTokensOnly);
        if (File.Exists(addedPath))
        {
            var known = tokens.Select(token => token.Content).ToHashSet();
            tokens.AddRange(JsonPart.Read(addedPath, ReadVocabulary)
                .Where(pair => !known.Contains(pair.Key))
                .Select(pair => new AddedToken(pair.Value, pair.Key, specialNames.Contains(pair.Key))));
        }
        return tokens;
    }

    private static List<AddedToken> ReadSettings(JsonPart root, HashSet<string> specialNames)
    {
        foreach (string key in (string[])["eos_token", "pad_token", "bos_token", "unk_token"])
        {
            if (root.Find(key) is { IsText: true } name)
            {
                specialNames.Add(name.Text());
            }
        }
        if (root.Find("additional_special_tokens") is { IsNull: false } names)
        {
            specialNames.UnionWith(names.Items().Where(name => name.IsText).Select(name => name.Text()));
        }
        var tokens = new List<AddedToken>();
        if (root.Find("added_tokens_decoder") is { } added)
        {
            foreach ((string number, JsonPart token) in added.Members())
            {
                if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                {
                    throw new BadInputException(
                        $"The file {root.File} has \"{number}\" in added_tokens_decoder, which is no token id.");
                }
                tokens.Add(ReadAddedToken(id, token));
            }
        }
        return tokens;
    }

    private static AddedToken ReadAddedToken(int id, JsonPart token)
    {
        string content = token["content"].Text();
        foreach (string flag in (string[])["single_word", "lstrip", "rstrip"])
        {
            if (token.Find(flag)?.Flag() == true)
            {
                throw new BadInputException(
                    $"The tokenizer {token.File} sets {flag} for '{content}', which is not supported.");
            }
        }
        return new AddedToken(id, content, token.Find("special")?.Flag() ?? false);
    }

    private static bool SplitsBy(TokenizerRules rules, JsonPart preTokenizer)
    {
        if (!preTokenizer.IsObject)
        {
            return false;
        }
        JsonPart[] steps = preTokenizer.Find("pretokenizers") is { } sequence ? [.. sequence.Items()] : [preTokenizer];
        return steps is [var split, var bytes]
            && split["type"].Text() == "Split"
            && split["pattern"].Find("Regex")?.Text() == rules.Pattern
            && bytes["type"].Text() == "ByteLevel"
            && !bytes["add_prefix_space"].Flag();
    }

    private static Dictionary<string, int> ReadVocabulary(JsonPart vocabulary)
    {
        var ids = new Dictionary<string, int>();
        foreach ((string token, JsonPart id) in vocabulary.Members())
        {
            if (!ids.TryAdd(token, id.Integer()))
            {
                throw new BadInputException($"The tokenizer file {vocabulary.File} holds the token '{token}' twice.");
            }
        }
        return ids;
    }

    // Older files hold "a b", newer ones ["a", "b"].
    private static (string Left, string Right) ReadMerge(JsonPart merge)
    {
        if (merge.IsText)
        {
            return SplitMerge(merge.Text(), merge.File);
        }
        return merge.Items() is [var left, var right]
            ? (left.Text(), right.Text())
            : throw merge.Instead("a merge of two tokens");
    }

    private static (string Left, string Right) SplitMerge(string line, string path) =>
        line.Split(' ') is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw new BadInputException($"The tokenizer file {path} has the merge '{line}', which is no pair of tokens.");

    private void Check(string path)
    {
        foreach (char character in ByteAlphabet.Characters)
        {
            if (!Vocabulary.ContainsKey(character.ToString()))
            {
                throw new BadInputException(
                    $"The tokenizer {path} is not byte-level: its vocabulary lacks the byte '{character}'.");
            }
        }
        var merged = new HashSet<(string, string)>();
        foreach ((string left, string right) in Merges)
        {
            if (!merged.Add((left, right)))
            {
                throw new BadInputException($"The tokenizer {path} merges '{left}' and '{right}' twice.");
            }
            if (!Vocabulary.ContainsKey(left) || !Vocabulary.ContainsKey(right) || !Vocabulary.ContainsKey(left + right))
            {
                throw new BadInputException(
                    $"The tokenizer {path} merges '{left}' and '{right}', but its vocabulary lacks one of them or the "
                    + "result.");
            }
        }
        var tokenOf = new Dictionary<int, string>();
        foreach ((string token, int id) in Vocabulary
            .Concat(AddedTokens.Select(added => KeyValuePair.Create(added.Content, added.Id))))
        {
            if (id is < 0 or > MaximumId || token.Length == 0)
            {
                throw new BadInputException($"The tokenizer {path} gives the token '{token}' the id {id}.");
            }
            if (!tokenOf.TryAdd(id, token) && tokenOf[id] != token)
            {
                throw new BadInputException($"The tokenizer {path} gives '{tokenOf[id]}' and '{token}' the same id {id}.");
            }
        }
        if (AddedTokens.Count > MostAddedTokens)
        {
            throw new BadInputException(
                $"The tokenizer {path} adds {AddedTokens.Count} tokens beside its vocabulary; at most {MostAddedTokens} "
                + "are taken.");
        }
        var added = new HashSet<string>();
        foreach (AddedToken token in AddedTokens)
        {
            if (!added.Add(token.Content))
            {
                throw new BadInputException($"The tokenizer {path} adds the token '{token.Content}' twice.");
            }
        }
    }
}
