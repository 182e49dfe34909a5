using Retrace.Models.Images;
using Retrace.Models.Network;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Learning;

/// <summary>
/// Responses that go through the model in one forward pass. Those in a row share one copy of their prompt, which is
/// computed once: each response attends to the prompt and itself only, so that values and gradients are the same as if
/// each response had its own row.
/// </summary>
public sealed class MicroBatch
{
    private const int PaddingOfPass = 8; // More padding than a full batch divided by this costs more than another pass.

    private readonly IReadOnlyList<PromptedResponse> _responses; // The whole list, not only this batch.
    private readonly int[][] _rows;                              // [rows][responses in the row]

    internal MicroBatch(IReadOnlyList<PromptedResponse> responses, int[][] rows)
    {
        _responses = responses;
        _rows = rows;
        Places = [.. rows.SelectMany(row => row)];
    }

    /// <summary>
    /// The indices of these responses in the whole list, in the order of
    /// <see cref="Predict(VisionLanguageNetwork, double, bool)"/>.
    /// </summary>
    public IReadOnlyList<int> Places { get; }

    /// <summary>Number of tokens that go through the model, padding included.</summary>
    internal int Tokens => _rows.Length * _rows.Max(row => LengthOf(_responses, row));

    /// <summary>
    /// Divides responses into batches of padded rows, sorted by length. A row so long that all others would be padded to
    /// more than an eighth of <paramref name="maxTokens"/> in total begins a batch of its own: one more pass costs less.
    /// </summary>
    /// <param name="responses">Responses; those whose prompt is the same object share its computation.</param>
    /// <param name="config">Sizes that decide how many responses share a row.</param>
    /// <param name="maxTokens">
    /// Maximum number of tokens in a batch, padding included; a longer row gets its own batch.
    /// </param>
    public static IEnumerable<MicroBatch> Of(
        IReadOnlyList<PromptedResponse> responses, TextConfig config, int maxTokens)
    {
        var batch = new List<int[]>();
        long tokens = 0; // Of the batch, without padding.
        // Ascending, so that the row being added is the longest and decides the width.
        foreach (int[] row in Rows(responses, config, maxTokens).OrderBy(row => LengthOf(responses, row)))
        {
            long width = LengthOf(responses, row);
            long padding = (batch.Count * width) - tokens;
            if (batch.Count > 0 && ((batch.Count + 1) * width > maxTokens || padding > maxTokens / PaddingOfPass))
            {
                yield return new MicroBatch(responses, [.. batch]);
                batch.Clear();
                tokens = 0;
            }
            batch.Add(row);
            tokens += width;
        }
        if (batch.Count > 0)
        {
            yield return new MicroBatch(responses, [.. batch]);
        }
    }

    /// <summary>The number of responses in a row that minimizes the cost of each.</summary>
    /// <remarks>
    /// A row of m responses has T = P + m·R tokens. For each token, linear layers cost as much as attention does for c
    /// pairs of tokens, c = hidden + kv + 3/2 · intermediate, and attention goes over all T² pairs although responses
    /// do not see one another. (c·T + T²) / m is least at m = √(P · (c + P)) / R.
    /// </remarks>
    /// <param name="promptTokens">P</param>
    /// <param name="responseTokens">R</param>
    internal static int ResponsesInRow(TextConfig config, double promptTokens, double responseTokens)
    {
        double pairs = config.HiddenSize
            + (config.KeyValueHeads * config.HeadSize)
            + (1.5 * config.IntermediateSize);
        return Math.Max(1, (int)(Math.Sqrt(promptTokens * (pairs + promptTokens)) / Math.Max(1, responseTokens)));
    }

    /// <summary>The size of the largest micro-batch if all responses are equally long.</summary>
    /// <param name="promptTokens">P</param>
    /// <param name="responseTokens">R</param>
    /// <param name="group">Number of responses to each prompt.</param>
    /// <param name="samples">Number of responses in total.</param>
    /// <param name="maxTokens">Maximum number of tokens in a batch.</param>
    internal static (long Rows, long ResponsesInRow, long RowLength) Largest(
        TextConfig config, long promptTokens, long responseTokens, int group, long samples, int maxTokens)
    {
        long inRow = Math.Min(Math.Min(group, samples), ResponsesInRow(config, promptTokens, responseTokens));
        inRow = Math.Clamp((maxTokens - promptTokens) / responseTokens, 1, inRow);
        long length = promptTokens + (inRow * responseTokens);
        return (Math.Clamp(maxTokens / length, 1, (samples + inRow - 1) / inRow), inRow, length);
    }

    /// <summary>Runs the model and predicts the response tokens, one response after another.</summary>
    /// <param name="temperature">The divisor of logits, as in sampling.</param>
    /// <param name="entropies">Whether to compute entropies too.</param>
    public TokenPredictions Predict(VisionLanguageNetwork model, double temperature, bool entropies = false)
    {
        ProcessedImage[] images = [.. Places.SelectMany(i => _responses[i].Images).Distinct()];
        using ImageFeatures? features = images.Length == 0 ? null : model.EncodeImages(images);
        return Predict(model, images, features, temperature, entropies);
    }

    /// <summary>Predicts with images that are already encoded.</summary>
    /// <param name="images">The distinct images of the responses.</param>
    /// <param name="features">The features of the images.</param>
    internal TokenPredictions Predict(
        VisionLanguageNetwork model,
        ProcessedImage[] images,
        ImageFeatures? features,
        double temperature,
        bool entropies = false)
    {
        using DisposeScope scope = NewDisposeScope();
        TokenSequence[] sequences =
        [
            .. _rows.Select(row => new TokenSequence(
                [.. _responses[row[0]].Prompt, .. row.SelectMany(i => _responses[i].Response)],
                [.. _responses[row[0]].Images.Select(image => Array.IndexOf(images, image))])
            {
                Branches = row.Length == 1 ? [] : [.. row.Select(i => _responses[i].Response.Length)],
            }),
        ];
        SequenceBatch batch = SequenceBatch.Of(model.Config, sequences, features, PaddingSide.Right, model.Device);
        Tensor hidden = model.Forward(batch, features); // [B, T, hidden]
        int width = (int)hidden.shape[1];
        var states = new List<long>(); // Flat indices of the states that predict response tokens.
        foreach ((int place, int[] row) in _rows.Index())
        {
            int lastOfPrompt = (place * width) + _responses[row[0]].Prompt.Length - 1;
            int first = lastOfPrompt + 1;
            foreach (int length in row.Select(i => _responses[i].Response.Length).Where(length => length > 0))
            {
                states.Add(lastOfPrompt); // Predicts the first token of every response in the row.
                states.AddRange(Enumerable.Range(first, length - 1).Select(state => (long)state));
                first += length;
            }
        }
        long[] targets = [.. Places.SelectMany(i => _responses[i].Response).Select(id => (long)id)];
        TokenPredictions predictions = TokenPredictions.Of(
            model,
            hidden,
            tensor(states.ToArray(), device: model.Device),
            tensor(targets, device: model.Device),
            temperature,
            entropies);
        return new TokenPredictions(
            predictions.LogProbs.MoveToOuterDisposeScope(), predictions.Entropies?.MoveToOuterDisposeScope());
    }

    private static int LengthOf(IReadOnlyList<PromptedResponse> responses, int[] row) =>
        responses[row[0]].Prompt.Length + row.Sum(i => responses[i].Response.Length);

    // Divides the responses to each prompt into rows of similar size.
    private static IEnumerable<int[]> Rows(
        IReadOnlyList<PromptedResponse> responses, TextConfig config, int maxTokens)
    {
        foreach (int[] group in Enumerable.Range(0, responses.Count)
            .GroupBy(i => responses[i].Prompt, ReferenceEqualityComparer.Instance)
            .Select(group => group.ToArray()))
        {
            int prompt = responses[group[0]].Prompt.Length;
            double length = group.Average(i => responses[i].Response.Length);
            int rows = (int)Math.Ceiling((double)group.Length / ResponsesInRow(config, prompt, length));
            int most = (int)Math.Ceiling((double)group.Length / rows);
            var row = new List<int>();
            int tokens = prompt;
            foreach (int i in group)
            {
                int added = responses[i].Response.Length;
                if (row.Count == most || (row.Count > 0 && tokens + added > maxTokens))
                {
                    yield return [.. row];
                    row.Clear();
                    tokens = prompt;
                }
                row.Add(i);
                tokens += added;
            }
            yield return [.. row];
        }
    }
}
