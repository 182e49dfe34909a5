namespace Retrace.Simulation;

/// <summary>The state of tabular policies at one moment, as means over the problems.</summary>
/// <param name="RightProbability">The probability of the right answer: the accuracy of samples.</param>
/// <param name="Entropy">Of the distribution over answers, in nats.</param>
public readonly record struct LearningPoint(double RightProbability, double Entropy);
