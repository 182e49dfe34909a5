using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Retrace.Models.Text;

/// <summary>Learns a small byte-level BPE vocabulary from text (Sennrich, Haddow and Birch 2016), on bytes.</summary>
public static class ByteLevelBpeTrainer
{
    // A pair seen once saves nothing that can be counted on.
    private const int MinimumCount = 2;

    /// <summary>
    /// Learns the merges and writes <c>tokenizer.json</c>, <c>vocab.json</c>, <c>merges.txt</c> and
    /// <c>tokenizer_config.json</c> in the hub's form. The same corpus gives the same files: among pairs that are
    /// equally frequent the one of the smaller ids wins.
    /// </summary>
    /// <param name="corpus">Texts; the special tokens in them are left out.</param>
    /// <param name="vocabularySize">
    /// Tokens wanted: the 256 bytes, the merges, and the special tokens with the last ids. There are fewer if the
    /// corpus has too few pairs that occur twice.
    /// </param>
    /// <param name="directory">Created if it does not exist.</param>
    /// <param name="rules">How text is cut into the pieces within which bytes are merged.</param>
    /// <param name="chat">The chat format: its special tokens take the last ids.</param>
    public static void Train(
        IEnumerable<string> corpus, int vocabularySize, string directory, TokenizerRules rules, ChatTemplate chat)
    {
        IReadOnlyList<string> specialTokens = chat.SpecialTokens;
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, ByteAlphabet.Characters.Count + specialTokens.Count);
        List<string> tokens = [.. ByteAlphabet.Characters.Select(character => character.ToString())];
        List<(string Left, string Right)> merges = [];
        var words = new WordPairs(CountWords(corpus, specialTokens, rules), tokens);
        while (tokens.Count + specialTokens.Count < vocabularySize
            && words.MostFrequentPair(MinimumCount) is (int left, int right))
        {
            merges.Add((tokens[left], tokens[right]));
            words.Merge(left, right, tokens.Count);
            tokens.Add(tokens[left] + tokens[right]);
        }
        TokenizerFilesWriter.Write(directory, tokens, merges, rules, chat);
    }

    private static Dictionary<string, long> CountWords(
        IEnumerable<string> corpus, IReadOnlyList<string> specialTokens, TokenizerRules rules)
    {
        Regex special = AddedToken.PatternOfAny(specialTokens)!;
        var counts = new Dictionary<string, long>();
        foreach (string part in corpus.SelectMany(text => special.Split(text)))
        {
            string plain = CanonicalNormalization.Compose(part);
            foreach ((int offset, int length) in rules.Split(plain))
            {
                string word = ByteAlphabet.Encode(Encoding.UTF8.GetBytes(plain, offset, length));
                CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++;
            }
        }
        return counts;
    }

    /// <summary>
    /// The words of the corpus as token ids, and how often each pair of neighbours occurs in all of them.
    /// </summary>
    private sealed class WordPairs
    {
        private readonly List<(List<int> Ids, long Count)> _words = [];
        private readonly Dictionary<(int Left, int Right), long> _counts = [];
        private readonly Dictionary<(int Left, int Right), HashSet<int>> _wordsWith = [];

        public WordPairs(Dictionary<string, long> words, List<string> tokens)
        {
            var idOf = tokens.Index().ToDictionary(token => token.Item[0], token => token.Index);
            foreach ((string word, long count) in words)
            {
                _words.Add(([.. word.Select(character => idOf[character])], count));
                CountPairs(_words.Count - 1, count);
            }
        }

        public (int Left, int Right)? MostFrequentPair(long minimumCount)
        {
            (int Left, int Right)? best = null;
            long bestCount = minimumCount;
            foreach ((var pair, long count) in _counts)
            {
                if (count > bestCount || (count == bestCount && (best is null || pair.CompareTo(best.Value) < 0)))
                {
                    best = pair;
                    bestCount = count;
                }
            }
            return best;
        }

        public void Merge(int left, int right, int merged)
        {
            foreach (int index in _wordsWith[(left, right)].ToArray())
            {
                (List<int> ids, long count) = _words[index];
                CountPairs(index, -count);
                int kept = 0;
                for (int i = 0; i < ids.Count; i++)
                {
                    bool found = ids[i] == left && i + 1 < ids.Count && ids[i + 1] == right;
                    ids[kept++] = found ? merged : ids[i];
                    i += found ? 1 : 0;
                }
                ids.RemoveRange(kept, ids.Count - kept);
                CountPairs(index, count);
            }
        }

        // A negative count takes the word's pairs out again.
        private void CountPairs(int index, long count)
        {
            List<int> ids = _words[index].Ids;
            for (int i = 0; i + 1 < ids.Count; i++)
            {
                (int, int) pair = (ids[i], ids[i + 1]);
                long total = CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += count;
                ref HashSet<int>? words = ref CollectionsMarshal.GetValueRefOrAddDefault(_wordsWith, pair, out _);
                words ??= [];
                _ = count > 0 ? words.Add(index) : words.Remove(index);
                if (total == 0)
                {
                    _counts.Remove(pair);
                    _wordsWith.Remove(pair);
                }
            }
        }
    }
}
