namespace Retrace.Training;

/// <summary>A list divided into contiguous shares that are as even as possible.</summary>
internal static class EvenShare
{
    /// <summary>One of the shares; together they are the list, and their sizes differ by one at most.</summary>
    /// <param name="count">Number of items in the list.</param>
    /// <param name="index">Which share, from 0.</param>
    /// <param name="shares">Number of shares.</param>
    public static Range Of(int count, int index, int shares) =>
        (int)((long)count * index / shares)..(int)((long)count * (index + 1) / shares);
}
