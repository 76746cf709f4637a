class GradScaler:
    pass
