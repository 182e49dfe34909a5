namespace Retrace.Training.Rollouts;

/// <summary>A sample that is being drawn, and what it has drawn so far.</summary>
/// <param name="request">Which request it is of.</param>
/// <param name="sample">Which of the request's samples it is.</param>
/// <param name="stream">Decides its tokens.</param>
/// <param name="maxTokens">The most it may have.</param>
internal sealed class DecodedSequence(int request, int sample, Random stream, int maxTokens)
{
    private readonly List<int> _tokens = [];
    private readonly List<float> _logProbs = [];
    private readonly List<float> _entropies = [];
    private readonly List<float> _selfCertainties = [];
    private bool _stopped;

    public int Request { get; } = request;

    public int Sample { get; } = sample;

    public Random Stream { get; } = stream;

    public bool IsFinished => _stopped || _tokens.Count >= maxTokens;

    public void Add(int token, float logProb, float entropy, float? selfCertainty, bool stops)
    {
        _tokens.Add(token);
        _logProbs.Add(logProb);
        _entropies.Add(entropy);
        if (selfCertainty is float value)
        {
            _selfCertainties.Add(value);
        }
        _stopped = stops;
    }

    public Generation ToGeneration() =>
        new([.. _tokens], [.. _logProbs], [.. _entropies], [.. _selfCertainties], _stopped);
}
