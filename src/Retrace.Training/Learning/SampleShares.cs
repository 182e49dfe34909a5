namespace Retrace.Training.Learning;

/// <summary>Divides the samples of a batch among processes.</summary>
internal static class SampleShares
{
    /// <summary>
    /// Shares with about equal numbers of tokens: gives the longest sample first, always to the smallest share.
    /// </summary>
    /// <param name="lengths">[samples] Number of tokens.</param>
    /// <param name="processes">Number of shares.</param>
    /// <returns>[processes] Indices of samples, ascending; each sample is in one share.</returns>
    public static int[][] Balanced(IReadOnlyList<int> lengths, int processes)
    {
        List<int>[] shares = [.. Enumerable.Range(0, processes).Select(_ => new List<int>())];
        var loads = new PriorityQueue<int, (long Tokens, int Rank)>(
            Enumerable.Range(0, processes).Select(rank => (rank, (0L, rank))));
        foreach (int sample in Enumerable.Range(0, lengths.Count).OrderByDescending(sample => lengths[sample]))
        {
            loads.TryDequeue(out int rank, out (long Tokens, int Rank) load);
            shares[rank].Add(sample);
            loads.Enqueue(rank, (load.Tokens + lengths[sample], rank));
        }
        return Array.ConvertAll(shares, share => share.Order().ToArray());
    }
}
