namespace Retrace.Rewards;

/// <summary>How far the answers of a group are from the steps of its responses.</summary>
/// <param name="Values">
/// [n][steps][answers] the policy's perplexity of stating each of the group's maternal answers, by class, right behind
/// each step of a response's reasoning; at least 1 each. No steps where there are fewer than two answers, or the
/// response has none.
/// </param>
public sealed record AnswerDistances(IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> Values) : Evidence;
