namespace Retrace;

/// <summary>Things that a configuration chooses by name; a new one is a line in such a table.</summary>
internal sealed class NamedChoices<T>(string kind, params (string Name, T Choice)[] choices)
{
    public IReadOnlyList<string> Names { get; } = Array.ConvertAll(choices, choice => choice.Name);

    /// <exception cref="BadInputException">There is no such name; the message lists those there are.</exception>
    public T this[string name]
    {
        get
        {
            foreach ((string known, T choice) in choices)
            {
                if (known == name)
                {
                    return choice;
                }
            }
            throw new BadInputException($"There is no {kind} \"{name}\"; known are {string.Join(", ", Names)}.");
        }
    }
}
