namespace Retrace.Simulation;

/// <summary>What tabular policies are like at one moment, as means over the problems.</summary>
/// <param name="RightProbability">The probability of the right answer: the accuracy of samples.</param>
/// <param name="Entropy">Of the distribution over answers, in nats.</param>
public readonly record struct LearningPoint(double RightProbability, double Entropy);
