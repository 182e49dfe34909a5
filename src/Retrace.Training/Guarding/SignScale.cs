namespace Retrace.Training.Guarding;

/// <summary>How far a sign has gone, compared with the run's own start.</summary>
internal enum SignScale
{
    /// <summary>1 − now / start: the share of the start's value that is gone.</summary>
    Lost,

    /// <summary>now / start − 1: growth relative to the start.</summary>
    Grown,

    /// <summary>now − start: the increase over the start.</summary>
    Added,

    /// <summary>now: the value itself, whatever the start's was.</summary>
    Plain,
}
