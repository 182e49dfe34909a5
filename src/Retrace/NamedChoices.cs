namespace Retrace;

/// <summary>Things that a configuration chooses by name; a new one is a line in such a table.</summary>
/// <param name="kind">What they are, for messages.</param>
/// <param name="choices">In the order in which they are listed.</param>
internal sealed class NamedChoices<T>(string kind, params (string Name, T Choice)[] choices)
{
    // Replaced as a whole, so that whoever reads it needs no lock.
    private (string Name, T Choice)[] _choices = choices;

    /// <summary>In the table's order, those added later at its end.</summary>
    public IReadOnlyList<string> Names => Array.ConvertAll(_choices, choice => choice.Name);

    /// <exception cref="BadInputException">There is no such name; the message lists those there are.</exception>
    public T this[string name]
    {
        get
        {
            foreach ((string known, T choice) in _choices)
            {
                if (known == name)
                {
                    return choice;
                }
            }
            throw new BadInputException($"There is no {kind} \"{name}\"; known are {string.Join(", ", Names)}.");
        }
    }

    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(string name, T choice)
    {
        lock (this)
        {
            if (Names.Contains(name))
            {
                throw new ArgumentException($"There is a {kind} \"{name}\" already; give yours another name.");
            }
            _choices = [.. _choices, (name, choice)];
        }
    }
}
