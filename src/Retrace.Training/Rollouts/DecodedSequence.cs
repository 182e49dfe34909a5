namespace Retrace.Training.Rollouts;

/// <summary>A sample that is being generated, with its tokens so far.</summary>
/// <param name="request">Index of the request.</param>
/// <param name="sample">Index of the sample in the request.</param>
/// <param name="stream">The random numbers that decide its tokens.</param>
/// <param name="maxTokens">Maximum number of tokens.</param>
internal sealed class DecodedSequence(int request, int sample, Random stream, int maxTokens)
{
    private readonly List<int> _tokens = [];
    private readonly List<float> _logProbs = [];
    private readonly List<float> _entropies = [];
    private readonly List<float> _selfCertainties = [];
    private readonly List<float> _confidences = [];
    private bool _stopped;

    public int Request { get; } = request;

    public int Sample { get; } = sample;

    public Random Stream { get; } = stream;

    public bool IsFinished => _stopped || _tokens.Count >= maxTokens;

    public void Add(int token, float logProb, float entropy, float? selfCertainty, float? confidence, bool stops)
    {
        _tokens.Add(token);
        _logProbs.Add(logProb);
        _entropies.Add(entropy);
        if (selfCertainty is float value)
        {
            _selfCertainties.Add(value);
        }
        if (confidence is float certain)
        {
            _confidences.Add(certain);
        }
        _stopped = stops;
    }

    public Generation ToGeneration() =>
        new([.. _tokens], [.. _logProbs], [.. _entropies], [.. _selfCertainties], _stopped)
        {
            Confidences = [.. _confidences],
        };
}
